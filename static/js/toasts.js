// Short answers at the foot: ten seconds to take something back, longer while a pointer or focus rests on them.
import { $, on, make, icon, upgrade } from "./dom.js";

const SECONDS = 10;

upgrade(".toasts .toast[data-seconds]", (toast) => {
  let left = SECONDS * 10;
  const timer = setInterval(() => {
    if (!toast.isConnected) { clearInterval(timer); return; }
    if (toast.matches(":hover, :focus-within") || document.hidden) return;
    left -= 1;
    if (left <= 0) { clearInterval(timer); toast.remove(); }
  }, 100);
});

on("click", ".toast [data-close]", (_, button) => button.closest(".toast").remove());

/** Say something at the foot of the page. */
export function say(words, { error = false } = {}) {
  const close = make("button", { class: "close", type: "button", "data-close": "", "aria-label": "Dismiss" }, icon("x"));
  const toast = make("div", { class: `toast${error ? " bad" : ""}`, role: error ? "alert" : "status", "data-seconds": error ? false : SECONDS }, icon(error ? "circle-alert" : "check"), make("span", {}, words), close);
  $("#toasts")?.append(toast);
}

/** Move the toasts of a fetched page to this one; a new undo replaces the last. */
export function adopt(page) {
  const here = $("#toasts");
  const fresh = [...(page.querySelector("#toasts")?.children ?? [])];
  if (here && fresh.length) here.replaceChildren(...fresh);
}
