// Lets this browser take pushes: asks for leave, subscribes, and tells the server where to send them.
import { on, upgrade } from "./dom.js";
import { say } from "./toasts.js";

const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

// Only where it can work is it offered.
upgrade("[data-push]", async (button) => {
  if (!able) return;
  const worker = await navigator.serviceWorker.getRegistration("/push-worker.js");
  const here = await worker?.pushManager.getSubscription();
  const known = here && button.dataset.known.split(" ").includes(await short(here.endpoint));
  button.hidden = Boolean(known);
});

on("click", "[data-push]", async (event, button) => {
  event.preventDefault();
  if (await Notification.requestPermission() !== "granted") {
    say("The browser does not allow notifications from this site. Its settings can change that.", { error: true });
    return;
  }
  try {
    await navigator.serviceWorker.register("/push-worker.js");
    const worker = await navigator.serviceWorker.ready;
    const old = await worker.pushManager.getSubscription();
    await old?.unsubscribe();
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: button.dataset.push });
    const { endpoint, keys } = made.toJSON();
    const form = button.form;
    Object.assign(form.elements.endpoint, { value: endpoint });
    Object.assign(form.elements.p256dh, { value: keys.p256dh });
    Object.assign(form.elements.auth, { value: keys.auth });
    form.requestSubmit();
  } catch {
    say("This browser cannot take pushes just now. Try again later.", { error: true });
  }
});

/** The first letters of an address's hash: tells this browser without naming its address on the page. */
async function short(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].slice(0, 8).map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
