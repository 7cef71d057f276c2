// One key, one action: looked for in the open dialog, then the drawer, then the current row, then the page.
import { $, $$, typing } from "./dom.js";
import { closeDrawer, drawerOpen, stepRecord } from "./overlay.js";
import { currentRow, moveRow } from "./rows.js";

const PLACES = { d: "dashboard", f: "focus", u: "followups", c: "contacts", i: "inbox", m: "messages", s: "settings", h: "help" };
let going = 0; // when "g" was pressed

const wanted = (key, root, outsideRows = false) => $$(`[data-key="${CSS.escape(key)}"]`, root).find((element) => (element.checkVisibility?.() ?? true) && !(outsideRows && element.closest("[data-row]")));

function act(element) {
  if (element.matches("textarea")) element.focus();
  else if (element.matches("input")) { element.focus(); element.select(); } else element.click();
}

function find(key) {
  const dialog = $$("dialog[open]").at(-1);
  if (dialog) return wanted(key, dialog);
  const row = currentRow();
  return (drawerOpen() && wanted(key, $("#drawer"))) || (row && wanted(key, row)) || wanted(key, $("#main") ?? document, true) || wanted(key, document, true);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "Escape") {
    if (typing(event.target)) event.target.blur(); else if (!$("dialog[open]")) closeDrawer();
    return;
  }
  if (typing(event.target)) return;
  const open = $("dialog[open]");
  if (!open && Date.now() - going < 1200 && PLACES[key]) { going = 0; $(`[data-go="${PLACES[key]}"]`)?.click(); event.preventDefault(); return; }
  if (!open && key === "g") { going = Date.now(); return; }
  if (!open && drawerOpen() && (key === "ArrowRight" || key === "ArrowLeft")) { event.preventDefault(); stepRecord(key === "ArrowRight" ? 1 : -1); return; }
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[key];
  const arrow = key.startsWith("Arrow");
  if (!open && step && (!arrow || event.target === document.body || event.target.closest("[data-row]")) && moveRow(step)) { event.preventDefault(); return; }
  if (!open && key === " " && currentRow() && !event.target.matches("button, input, summary")) { const box = $(".pick input", currentRow()); if (box) { box.click(); event.preventDefault(); } return; }
  if (key.length !== 1) return;
  const element = find(key) ?? (key === "f" && !open ? $('[data-go="focus"]') : null);
  if (element) { event.preventDefault(); act(element); }
});
