// Nothing typed is lost: fields of a form[data-keep] (or a field with it) live in this tab's storage until the form was taken.
import { on, upgrade } from "./dom.js";

const MINE = "draft:";
const SENT = "draft-sent";
const keyOf = (form) => `${MINE}${location.pathname}:${form.getAttribute("action") || form.id || "form"}`;
const kept = (form) => [...form.elements].filter((field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type) && field.name !== "csrfmiddlewaretoken");
const read = (key) => { try { return JSON.parse(sessionStorage.getItem(key)) ?? {}; } catch { return {}; } };

// The form was sent and a page of ours came back: the words arrived.
const sent = sessionStorage.getItem(SENT);
if (sent) { sessionStorage.removeItem(sent); sessionStorage.removeItem(SENT); }

on("input", "form[data-keep] *, form:has([data-keep]) [data-keep]", (_, field) => {
  const form = field.form;
  if (!form) return;
  const values = {};
  for (const one of kept(form)) values[one.name] = ["checkbox", "radio"].includes(one.type) ? [...(values[one.name] ?? []), ...(one.checked ? [one.value] : [])] : one.value;
  sessionStorage.setItem(keyOf(form), JSON.stringify(values));
});

upgrade("form[data-keep], form:has([data-keep])", (form) => {
  if (form.querySelector("[aria-invalid=true]")) return; // the server has just sent the words back
  const values = read(keyOf(form));
  for (const field of kept(form)) {
    if (!(field.name in values)) continue;
    if (["checkbox", "radio"].includes(field.type)) field.checked = values[field.name].includes(field.value);
    else if (field.tagName !== "SELECT" || [...field.options].some((option) => option.value === values[field.name])) field.value = values[field.name];
  }
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form[data-keep], form:has([data-keep])")) sessionStorage.setItem(SENT, keyOf(form));
});
