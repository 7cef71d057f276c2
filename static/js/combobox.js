// A <select> that becomes a search box with a list; with data-src the server is asked while one types.
import { make, settled, upgrade } from "./dom.js";

let made = 0;

upgrade("select[data-combobox]", (select) => {
  const list = make("div", { class: "panel", role: "listbox", id: `combo-${made += 1}`, hidden: "" });
  const input = make("input", { type: "text", role: "combobox", class: "input", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, placeholder: select.dataset.combobox, "aria-describedby": select.getAttribute("aria-describedby"), "aria-invalid": select.getAttribute("aria-invalid") });
  const label = select.labels[0];
  const box = make("div", { class: "combo" });
  const wasFocused = document.activeElement === select;
  select.before(box);
  box.append(select, input, list);
  input.id = `${select.id}_find`;
  if (label) label.htmlFor = input.id;
  select.tabIndex = -1;
  select.setAttribute("aria-hidden", "true");
  const chosen = () => select.selectedOptions[0]?.text ?? "";
  input.value = chosen();
  list.setAttribute("aria-label", label?.textContent.trim() ?? "Choices");
  let at = -1;

  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const point = (to) => {
    const items = [...list.querySelectorAll(".item")];
    at = Math.max(0, Math.min(items.length - 1, to));
    items.forEach((item, index) => item.setAttribute("aria-selected", index === at));
    if (items[at]) { items[at].scrollIntoView({ block: "nearest" }); input.setAttribute("aria-activedescendant", items[at].id); }
  };
  const pick = (choice) => {
    if (![...select.options].some((option) => option.value === choice.value)) select.add(new Option(choice.label, choice.value));
    select.value = choice.value;
    input.value = choice.label;
    close();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const show = (choices) => {
    list.replaceChildren(...choices.slice(0, 50).map((choice, index) => {
      const item = make("div", { class: "item", role: "option", id: `${list.id}-${index}`, "aria-selected": "false" }, make("span", {}, choice.label), ...(choice.hint ? [make("span", { class: "hint" }, choice.hint)] : []));
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); pick(choice); });
      return item;
    }));
    if (!choices.length) list.append(make("div", { class: "none", role: "option", "aria-selected": "false", "aria-disabled": "true" }, "Nothing found"));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    point(0);
  };
  const local = (words) => [...select.options].filter((option) => option.value && option.text.toLowerCase().includes(words.toLowerCase())).map((option) => ({ value: option.value, label: option.text }));
  const remote = settled(async (words) => {
    const address = new URL(select.dataset.src, location.href);
    address.searchParams.set("q", words);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.ok && words === input.value) show(await answer.json());
  });
  const search = (words) => (select.dataset.src ? remote(words) : show(local(words)));

  input.addEventListener("input", () => search(input.value));
  input.addEventListener("focus", () => { input.select(); if (!select.dataset.src) show(local("")); });
  input.addEventListener("blur", () => { close(); if (!input.value && !select.required) select.value = ""; else input.value = chosen(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); if (list.hidden) search(""); else point(at + (event.key === "ArrowDown" ? 1 : -1)); }
    else if (event.key === "Enter" && !list.hidden) { event.preventDefault(); list.querySelectorAll(".item")[at]?.dispatchEvent(new Event("pointerdown", { bubbles: true, cancelable: true })); }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); event.stopPropagation(); close(); }
  });
  if (wasFocused) input.focus();
});
