// Menus are <details>: one open at a time, closed by Escape, a click elsewhere or a choice; arrows walk through.
import { $, $$, on } from "./dom.js";

const close = (menu, back = false) => { menu.open = false; if (back) $("summary", menu).focus(); };

document.addEventListener("click", (event) => {
  for (const menu of $$("details.menu[open]")) {
    const inside = menu.contains(event.target);
    if (!inside || (event.target.closest(".item") && !event.target.closest("[data-theme-to], [data-density-toggle]"))) close(menu);
  }
});

on("keydown", "details.menu[open]", (event, menu) => {
  if (event.key === "Escape") { event.stopPropagation(); close(menu, true); return; }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = $$(".item", menu);
  if (!items.length) return;
  event.preventDefault();
  event.stopPropagation();
  const step = event.key === "ArrowDown" ? 1 : -1;
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
}, true);
