// The builder of automations: steps are dragged, walked through by keys, and saved as they are filled in.
// Without this every link, button and form of the page does the same.
import { $, $$, make, narrow, on, parse, settled, typing, upgrade } from "./dom.js";
import { post, takePage } from "./posting.js";

document.documentElement.dataset.scripts = "";
const builder = () => $("[data-builder]");
let place = [0, 0]; // how far the trigger is from the middle, and the steps from the top: kept when they are drawn anew
let size = ""; // as it was chosen; otherwise as it fits

/** Press a button of the builder that is not on the page: "add:wait:s3.next". */
function press(what) {
  const button = make("button", { type: "submit", form: "act", formaction: builder().dataset.edit, name: "do", value: what, hidden: "" });
  document.body.append(button);
  $("#act").requestSubmit(button);
  button.remove();
}

const firstField = () => $("[data-side] [aria-invalid=true]") ?? $("[data-side].open .condition select[id$=_what]") ?? $("[data-side].open :is(input:not([type=hidden]), select, textarea, .kind)");
const beginThere = () => setTimeout(() => { if (!narrow() || !$("[data-palette] [type=search]")) firstField()?.focus({ preventScroll: true }); });
let picked = false; // a kind was chosen from the palette: its form comes next
on("click", "[data-kind], [data-palette] .kind", () => { picked = true; });

/** Follow a link within the builder without leaving the page. */
async function go(address, focus) {
  flush();
  await saved;
  const answer = await fetch(address);
  if (!answer.ok) { location.assign(address); return; }
  takePage(parse(await answer.text()), answer.url);
  if (focus) $(focus)?.focus({ preventScroll: true }); else beginThere();
}
on("click", "[data-soft]", (event, link) => {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.defaultPrevented) return;
  event.preventDefault();
  go(link.href, link.matches("[data-close-side]") ? ".node.on" : "");
});

const aside = (canvas) => { const [all, own] = [canvas, $(".begin", canvas)].map((one) => one.getBoundingClientRect()); return own.x + own.width / 2 - all.x - all.width / 2; };
/** As large as was chosen; or smaller where it would not fit across otherwise. Then the trigger is where it was. */
function fit(canvas) {
  for (const one of size ? [size] : ["100", "75"]) {
    const radio = $(`[name=zoom][value="${one}"]`);
    if (radio) radio.checked = true;
    if (canvas.scrollWidth <= canvas.clientWidth + 1) break;
  }
  keepPlace(canvas);
}
const keepPlace = (canvas) => { const [x, y] = place; canvas.scrollLeft += aside(canvas) - x; canvas.scrollTop = y; };
upgrade("[data-builder]", (whole) => {
  const canvas = $("[data-canvas]", whole);
  if (location.pathname + location.search !== whole.dataset.here) history.replaceState({}, "", whole.dataset.here);
  if (canvas) {
    fit(canvas);
    let wide = canvas.clientWidth;
    new ResizeObserver(() => { if (canvas.isConnected && canvas.clientWidth !== wide) { wide = canvas.clientWidth; fit(canvas); } }).observe(canvas);
    canvas.addEventListener("scroll", () => { if (canvas.clientWidth === wide) place = [aside(canvas), canvas.scrollTop]; }, { passive: true });
    $(".node.on, .plus.on", canvas)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  if (picked) { picked = false; beginThere(); }
});
on("change", "[name=zoom]", (_, radio) => { size = radio.value; keepPlace($("[data-canvas]")); });
if ($("[data-canvas]") && $("[data-palette]:not(:has([data-close-side])) .kind") && !$(".canvas .node:not(.new)") && !narrow()) setTimeout(() => $("[data-palette] [type=search]")?.focus({ preventScroll: true }));

// What is filled in is stored at once; the form stays as it is, so that nothing typed meanwhile is lost.
let saved = Promise.resolve();
const PARTS = ["[data-canvas] > *, [data-list] > *", "[data-bar]", "[data-before]", ".head"];

function takeParts(page) {
  for (const part of PARTS) {
    const [old, fresh] = [$$(part, $("#main")), $$(part, page)];
    if (old.length && fresh.length) { old[0].before(...fresh.map((one) => document.adoptNode(one))); old.forEach((one) => one.remove()); }
  }
  const [now, fresh] = [builder(), $("[data-builder]", page)];
  if ($("[data-canvas]", now)) fit($("[data-canvas]", now));
  const said = new Map($$("[data-follow]", fresh).map((one) => [one.dataset.follow, one]));
  for (const one of $$("[data-follow]", now)) if (said.has(one.dataset.follow)) one.replaceChildren(...said.get(one.dataset.follow).childNodes);
  for (const one of $$("[data-settings] [aria-invalid]", now)) if (!one.closest(".condition")) one.removeAttribute("aria-invalid");
  for (const one of $$("[data-settings] .error", now)) if (!one.closest(".condition")) one.remove();
  const [title, other] = [now, fresh].map((one) => $("[data-side] .card > header h2", one));
  if (title && other) title.textContent = other.textContent;
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
  if (came.answer.ok) { forget(form); takeParts(came.page); const said = $("[data-saved]", form); if (said) said.textContent = "Saved"; return; }
  if (came.answer.status === 422) remember(form); else forget(form);
  if (!changed && !quiet) takePage(came.page, builder().dataset.here);
}
// A form that cannot be stored yet, a condition half put together, is there again when one comes back to its step.
const HALF = "half:";
const forget = (form) => sessionStorage.removeItem(HALF + form.getAttribute("action"));
const remember = (form) => sessionStorage.setItem(HALF + form.getAttribute("action"), new URLSearchParams(new FormData(form)).toString());
upgrade("form[data-settings]", async (form) => {
  const half = sessionStorage.getItem(HALF + form.getAttribute("action"));
  if (!half || $(".error", form)) return;
  const body = new URLSearchParams(half); // with the version that was seen then: what came meanwhile is not written over
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  forget(form);
  const answer = await fetch(form.action, { method: "POST", body });
  if (answer.status !== 422 || !form.isConnected) { if (answer.ok && form.isConnected) takeParts(parse(await answer.text())); return; }
  takePage(parse(await answer.text()), builder().dataset.here);
  remember($("form[data-settings]"));
});
// Enter and Save store without leaving the page; so do the buttons that add a line or take one away.
on("submit", "form[data-settings]", async (event, form) => {
  const button = event.submitter;
  if (button?.hasAttribute("hx-post")) return;
  event.preventDefault();
  pending = null;
  await saved;
  if (!button?.hasAttribute("data-part-button")) { saved = store(form); return; }
  const lines = (root) => $$("[data-side] .way, [data-side] [name$=_event]", root).length;
  const before = lines(document);
  const came = await post(form, button);
  if (!came || !$("[data-builder]", came.page)) return;
  forget(form); // the page that came has all of it
  takePage(came.page, builder().dataset.here);
  const all = $$("[data-side] :is(.way select[id$=_what], [name$=_event])");
  if (lines(document) > before) all.at(-1)?.focus();
}, true);
let pending = null; // a condition is still being put together
function flush() {
  const form = pending;
  pending = null;
  if (form) saved = saved.then(() => store(form, true));
}
const later = settled(flush, 500);
on("change", "form[data-settings] *", (event, field) => {
  relate(field.form);
  if (field.closest(".condition")) { remember(field.form); pending = field.form; later(); } else saved = saved.then(() => store(field.form));
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
  if (event.key.toLowerCase() === "n") { event.preventDefault(); event.stopPropagation(); const plus = step ? $$("[id^=plus-]").find((one) => one.id.startsWith(`plus-${step.dataset.step}.`)) : $("[id^=plus-]"); if (plus) go(plus.href); }
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
  const none = make("p", { class: "small muted", role: "status", hidden: "" }, "Nothing by that name");
  $(".palette-list", palette).prepend(input, none);
  input.addEventListener("input", () => {
    const words = input.value.trim().toLowerCase();
    for (const kind of $$(".kind", palette)) kind.closest("li").hidden = !kind.textContent.toLowerCase().includes(words);
    for (const group of $$("[data-group]", palette)) group.hidden = !$("li:not([hidden])", group);
    none.hidden = $$("[data-group]:not([hidden])", palette).length > 0;
  });
  input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); $$(".kind", palette).find((one) => !one.closest("li").hidden)?.click(); } });
});
