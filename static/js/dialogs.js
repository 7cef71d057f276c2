// Dialogs that are already on the page, questions before what cannot be undone, copying, forms that send themselves.
import { $, on, make } from "./dom.js";
import { say } from "./toasts.js";

on("click", "[data-dialog]", (_, button) => document.getElementById(button.dataset.dialog)?.showModal());
on("click", "dialog.dialog", (event, dialog) => { if (event.target === dialog) dialog.close(); });
on("click", "dialog [data-dismiss]", (event, link) => { event.preventDefault(); link.closest("dialog").close(); });

/** Ask before what cannot be undone; resolves to yes or no. */
export function ask(question, yes) {
  const sure = make("button", { class: "btn danger primary", value: "yes" }, yes);
  const dialog = make("dialog", { class: "dialog", role: "alertdialog", "aria-label": question },
    make("header", {}, make("h2", {}, question)),
    make("form", { method: "dialog" }, make("footer", {}, make("button", { class: "btn", value: "", autofocus: "" }, "Cancel"), sure)));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => { resolve(dialog.returnValue === "yes"); dialog.remove(); }, { once: true }));
}

const confirmed = new WeakSet();
on("click", "[data-confirm]", async (event, element) => {
  if (confirmed.delete(element)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(element.dataset.confirm, element.textContent.trim() || "Yes")) { confirmed.add(element); element.click(); }
}, true);

$("#main [aria-invalid=true]")?.focus(); // a refused form begins at what is wrong
on("change", "[data-auto]", (_, field) => field.form?.requestSubmit());
on("click", "[data-copy]", async (_, button) => { await navigator.clipboard.writeText(button.dataset.copy); say("Copied"); });

// A second click on the same submit button sends nothing twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || event.defaultPrevented || form.id === "act" || form.id === "bulk" || form.method === "get") return;
  if (event.submitter?.hasAttribute("formtarget")) return; // a preview in a frame: this page stays
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => { delete form.dataset.sent; event.submitter?.removeAttribute("aria-busy"); }, 8000);
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; $("[aria-busy]")?.removeAttribute("aria-busy"); });
