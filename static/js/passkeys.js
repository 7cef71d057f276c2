// Says in plain words why a passkey was not used; cancelling is no error.
import { say } from "./toasts.js";

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const { exception } = event.detail;
  if (exception?.name === "NotAllowedError") { say("No passkey was used. You can try again or sign in another way."); return; }
  if (exception?.name === "InvalidStateError") { say("This device already has a passkey for your account.", { error: true }); return; }
  say("The passkey could not be read. Try again or sign in another way.", { error: true });
});
