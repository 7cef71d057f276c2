// The builder of automations: steps are dragged, walked through by keys, and saved as they are filled in.
// Without this every link, button and form of the page does the same.
import { $, $$, make, on, parse, settled, typing, upgrade } from "./dom.js";
import { post, takePage } from "./posting.js";

document.documentElement.dataset.scripts = "";
const builder = () => $("[data-builder]");
let place = [0, 0]; // how far the trigger is from the middle, and the steps from the top: kept when they are drawn anew
let size = "100";

/** Press a button of the builder that is not on the page: "add:wait:s3.next". */
function press(what) {
  const button = make("button", { type: "submit", form: "act", formaction: builder().dataset.edit, name: "do", value: what, hidden: "" });
  document.body.append(button);
  $("#act").requestSubmit(button);
  button.remove();
}

const firstField = () => $("[data-side] [aria-invalid=true], [data-side].open :is(input:not([type=hidden]), select, textarea, .kind)");
let picked = false; // a kind was chosen from the palette: its form comes next
on("click", "[data-kind], [data-palette] .kind", () => { picked = true; });

/** Follow a link within the builder without leaving the page. */
async function go(address, focus) {
  await saved;
  const answer = await fetch(address);
  if (!answer.ok) { location.assign(address); return; }
  takePage(parse(await answer.text()), answer.url);
  (focus ? $(focus) : firstField())?.focus({ preventScroll: true });
}
on("click", "[data-soft]", (event, link) => {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.defaultPrevented) return;
  event.preventDefault();
  go(link.href, link.matches("[data-close-side]") ? ".node.on" : "");
});

const aside = (canvas) => { const [all, own] = [canvas, $(".begin", canvas)].map((one) => one.getBoundingClientRect()); return own.x + own.width / 2 - all.x - all.width / 2; };
const keepPlace = (canvas) => { const [x, y] = place; canvas.scrollLeft += aside(canvas) - x; canvas.scrollTop = y; };
upgrade("[data-builder]", (whole) => {
  const canvas = $("[data-canvas]", whole);
  if (location.pathname + location.search !== whole.dataset.here) history.replaceState({}, "", whole.dataset.here);
  const chosen = $(`[name=zoom][value="${size}"]`, whole);
  if (chosen) chosen.checked = true;
  if (canvas) {
    keepPlace(canvas);
    canvas.addEventListener("scroll", () => { place = [aside(canvas), canvas.scrollTop]; }, { passive: true });
    $(".node.on, .plus.on", canvas)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  if (picked) { picked = false; setTimeout(() => firstField()?.focus({ preventScroll: true })); }
});
on("change", "[name=zoom]", (_, radio) => { size = radio.value; keepPlace($("[data-canvas]")); });

// What is filled in is stored at once; the form stays as it is, so that nothing typed meanwhile is lost.
let saved = Promise.resolve();
const PARTS = ["[data-canvas] > *, [data-list] > *", "[data-bar]", "[data-before]", ".head"];

function takeParts(page) {
  for (const part of PARTS) {
    const [old, fresh] = [$$(part, $("#main")), $$(part, page)];
    if (old.length && fresh.length) { old[0].before(...fresh.map((one) => document.adoptNode(one))); old.forEach((one) => one.remove()); }
  }
  const [now, fresh] = [builder(), $("[data-builder]", page)];
  if ($("[data-canvas]", now)) keepPlace($("[data-canvas]", now));
  now.dataset.edit = fresh.dataset.edit;
  const seen = $("input[name=seen]", fresh)?.value;
  $$("input[name=seen]", now).forEach((one) => { one.value = seen; });
  $$("[formaction*='seen=']", now).forEach((one) => { one.setAttribute("formaction", one.getAttribute("formaction").replace(/seen=[^&]*/, `seen=${seen}`)); });
}
async function store(form, quiet = false) {
  if (!form.isConnected) return;
  const before = new Map([...form.elements].filter((one) => one.name).map((one) => [one, one.value]));
  const came = await post(form, null);
  if (!came || !form.isConnected || !$("[data-builder]", came.page)) return;
  const writing = document.activeElement;
  const changed = form.contains(writing) && before.has(writing) && before.get(writing) !== writing.value;
  if (came.answer.ok) { takeParts(came.page); const said = $("[data-saved]", form); if (said) said.textContent = "Saved"; } else if (!changed && !quiet) takePage(came.page, builder().dataset.here);
}
const later = settled((form) => { saved = saved.then(() => store(form, true)); }, 500); // a condition is still being put together
on("change", "form[data-settings] *", (event, field) => {
  relate(field.form);
  if (field.closest(".condition")) later(field.form); else saved = saved.then(() => store(field.form));
});

on("change", "form.rules *", (_, field) => relate(field.form));

// Settings that play no part are out of the way.
function relate(form) {
  for (const setting of $$("[data-when]", form)) {
    const fits = setting.dataset.when.split(" ").every((one) => {
      const [name, value] = one.split("=");
      const field = form.elements[name];
      return field?.type === "checkbox" ? field.checked === (value === "on") : field?.value === value;
    });
    setting.toggleAttribute("data-off", !fits);
  }
}

// Arrows walk from card to card, N adds after one, Delete deletes it.
function nearest(from, key) {
  const box = from.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const across = key === "ArrowLeft" || key === "ArrowRight";
  const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  const all = $$(".canvas .node").filter((one) => one !== from).map((one) => {
    const there = one.getBoundingClientRect();
    const [dx, dy] = [there.x + there.width / 2 - x, there.y + there.height / 2 - y];
    return { one, ahead: sign * (across ? dx : dy), aside: Math.abs(across ? dy : dx) };
  });
  return all.filter((one) => one.ahead > 4).sort((a, b) => a.ahead + 2 * a.aside - (b.ahead + 2 * b.aside))[0]?.one;
}
document.addEventListener("keydown", (event) => {
  if (!builder() || $("dialog[open]")) return;
  const back = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing(event.target);
  if (back) { event.preventDefault(); $(event.shiftKey ? "[data-redo]:enabled" : "[data-undo]:enabled")?.click(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const close = $("[data-side].open [data-close-side]");
  if (event.key === "Escape" && close && !typing(event.target)) { event.preventDefault(); close.click(); return; }
  const node = event.target.closest?.(".canvas .node");
  if (!node) return;
  const step = node.closest("[data-step]");
  if (event.key.startsWith("Arrow")) { event.preventDefault(); const to = nearest(node, event.key); to?.focus(); to?.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  if (!("editable" in builder().dataset)) return;
  if (event.key.toLowerCase() === "n") { event.preventDefault(); event.stopPropagation(); const plus = step ? $$(".plus").find((one) => one.id.startsWith(`plus-${step.dataset.step}.`)) : $(".canvas .plus"); if (plus) go(plus.href); }
  if (step && (event.key === "Delete" || event.key === "Backspace")) { event.preventDefault(); press(`delete:${step.dataset.step}`); }
}, true);

// Dragging, by the pointer: a kind of step or a step itself, onto a wire.
let drag = null;
const wireAt = (x, y) => {
  let best = null, least = 44;
  for (const wire of $$(".wire[data-place]")) {
    const box = wire.getBoundingClientRect();
    const far = Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
    if (far < least) { least = far; best = wire; }
  }
  return best;
};
document.addEventListener("pointerdown", (event) => {
  const item = event.pointerType === "touch" || event.button || !builder() || !("editable" in builder().dataset) ? null : event.target.closest?.("[data-step] .node, [data-kind]");
  if (item) drag = { item, x: event.clientX, y: event.clientY, ghost: null };
});
document.addEventListener("dragstart", (event) => { if (drag) event.preventDefault(); });
document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  if (!drag.ghost) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
    drag.ghost = drag.item.cloneNode(true);
    drag.ghost.removeAttribute("id");
    drag.ghost.classList.add("carried");
    document.body.append(drag.ghost);
    document.body.classList.add("dragging");
    drag.item.classList.add("held");
  }
  drag.ghost.style.translate = `${event.clientX + 8}px ${event.clientY + 8}px`;
  const over = wireAt(event.clientX, event.clientY);
  if (over !== drag.over) { drag.over?.classList.remove("over"); over?.classList.add("over"); drag.over = over; }
});
function drop(event) {
  if (!drag) return;
  const { item, ghost, over } = drag;
  drag = null;
  if (!ghost) return;
  ghost.remove();
  document.body.classList.remove("dragging");
  item.classList.remove("held");
  over?.classList.remove("over");
  const swallow = (click) => { click.preventDefault(); click.stopPropagation(); };
  addEventListener("click", swallow, true);
  setTimeout(() => removeEventListener("click", swallow, true), 0);
  if (event.type === "pointerup" && over) press(item.dataset.kind ? `add:${item.dataset.kind}:${over.dataset.place}` : `move:${item.closest("[data-step]").dataset.step}:${over.dataset.place}`);
}
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", drop);

// The palette is searched as one types.
upgrade("[data-palette]", (palette) => {
  const input = make("input", { class: "input", type: "search", placeholder: "Find", "aria-label": "Find one of these", autocomplete: "off" });
  $(".palette-list", palette).prepend(input);
  input.addEventListener("input", () => {
    const words = input.value.trim().toLowerCase();
    for (const kind of $$(".kind", palette)) kind.closest("li").hidden = !kind.textContent.toLowerCase().includes(words);
    for (const group of $$("[data-group]", palette)) group.hidden = !$("li:not([hidden])", group);
  });
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); $$(".kind", palette).find((one) => !one.closest("li").hidden)?.click(); } });
});
