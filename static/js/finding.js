// Finding while typing: the search box of the top bar, the palette (Ctrl or Cmd and K), what plain words were understood as.
import { $, $$, make, on, parse, settled, upgrade, icon } from "./dom.js";

async function ask(address, words, name = "q") {
  const to = new URL(address, location.href);
  to.searchParams.set(name, words);
  const answer = await fetch(to, { headers: { "HX-Request": "true", "HX-Target": "results" } });
  return answer.ok ? parse(await answer.text()) : null;
}
const found = (page) => [...(page?.querySelector("#results, #main") ?? page?.body)?.querySelectorAll?.("a.item, p.group") ?? []].map((node) => document.adoptNode(node));

function walk(event, items, point) {
  const at = items.findIndex((item) => item.classList.contains("on"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); point(items[Math.max(0, Math.min(items.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]); }
  if (event.key === "Enter" && at >= 0) { event.preventDefault(); items[at].click(); }
}
const pointer = (root, input) => (item) => {
  $$(".item", root).forEach((other) => { other.classList.toggle("on", other === item); if (other.role === "option") other.setAttribute("aria-selected", other === item); });
  item?.scrollIntoView({ block: "nearest" });
  if (item?.id) input.setAttribute("aria-activedescendant", item.id);
};

upgrade("input[data-results]", (input) => {
  const panel = make("div", { class: "panel", hidden: "" });
  input.form.append(panel);
  const point = pointer(panel, input);
  const search = settled(async () => {
    const words = input.value.trim();
    if (words.length < 2) { panel.hidden = true; return; }
    const page = await ask(input.dataset.results, words).catch(() => null);
    if (!page || words !== input.value.trim()) return;
    const items = found(page);
    panel.replaceChildren(...(items.length ? items : [make("p", { class: "group" }, "Nothing found")]));
    panel.hidden = document.activeElement !== input;
  });
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => { if (event.key === "Escape") panel.hidden = true; else if (!panel.hidden) walk(event, $$(".item", panel), point); });
  input.addEventListener("blur", () => setTimeout(() => { if (!panel.matches(":focus-within")) panel.hidden = true; }, 120));
});

const palette = $("#palette");
const entry = $("[data-palette-input]");
function places(words) {
  const seen = new Map();
  const add = (element, label, glyph) => { if (label && !seen.has(label) && label.toLowerCase().includes(words.toLowerCase())) seen.set(label, [element, glyph]); };
  $$(".side .nav").forEach((link) => add(link, $("span", link).textContent, "arrow-right"));
  $$("#main .head .btn, .top .btn[data-key], .top .item").forEach((button) => add(button, (button.getAttribute("aria-label") || [...button.childNodes].filter((node) => node.nodeName !== "KBD").map((node) => node.textContent).join("")).trim(), "zap"));
  return [...seen].map(([label, [element, glyph]]) => {
    const item = make("div", { class: "item", role: "option", "aria-selected": "false" }, icon(glyph), make("span", {}, label));
    item.addEventListener("click", () => { palette.close(); element.click(); });
    return item;
  });
}
if (palette && entry) {
  const results = $("#palette-results");
  const point = pointer(results, entry);
  const fill = (extra = []) => {
    const items = [...extra, ...places(entry.value.trim())];
    items.forEach((item, index) => { if (item.matches(".item")) { item.id = `palette-${index}`; item.role = "option"; item.setAttribute("aria-selected", "false"); } });
    results.replaceChildren(...(items.length ? items : [make("div", { class: "item muted", role: "option", "aria-selected": "false", "aria-disabled": "true" }, "Nothing by that name")]));
    point(results.querySelector(".item"));
  };
  const more = settled(async () => {
    const words = entry.value.trim();
    if (words.length < 2) return;
    const page = await ask(entry.dataset.paletteInput, words).catch(() => null);
    if (page && words === entry.value.trim()) fill(found(page).filter((node) => node.matches(".item")));
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); entry.value = ""; fill(); palette.showModal(); }
  });
  entry.addEventListener("input", () => { fill(); more(); });
  entry.addEventListener("keydown", (event) => walk(event, $$(".item", results), point));
}

const understand = settled(async (input) => {
  const place = $("[data-understood-here]", input.closest("form"));
  const page = input.value.trim() ? await ask(input.dataset.understood, input.value, "words").catch(() => null) : null;
  place?.replaceChildren(...(page ? [...page.body.childNodes].map((node) => document.adoptNode(node)) : []));
}, 250);
on("input", "[data-understood]", (_, input) => understand(input));
