// Writing a template: the preview follows what is typed, fields go in at the cursor, blocks move without a new page,
// and an SMS is counted as telephones do (3GPP TS 23.038).
import { $, $$, on, parse } from "./dom.js";
import { post } from "./posting.js";

const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const EXTENDED = new Set("\f^{}\\[~]|€");

/** Units, parts and room of a text message; messaging/templating/segments.py says the same. */
export function segments(text) {
  const letters = [...text];
  const odd = [...new Set(letters.filter((one) => !BASIC.has(one) && !EXTENDED.has(one)))];
  const sizes = letters.map((one) => (odd.length ? one.length : EXTENDED.has(one) ? 2 : 1));
  const [alone, part] = odd.length ? [70, 67] : [160, 153];
  const units = sizes.reduce((sum, size) => sum + size, 0);
  if (units <= alone) return { encoding: odd.length ? "UCS-2" : "GSM-7", units, segments: units ? 1 : 0, room: alone, odd };
  let parts = 1, filled = 0;
  for (const size of sizes) { if (filled + size > part) { parts += 1; filled = 0; } filled += size; }
  return { encoding: odd.length ? "UCS-2" : "GSM-7", units, segments: parts, room: parts * part, odd };
}

/** The words as long as they will be: a field as its fallback, or eight letters. */
const typical = (text) => text.replace(/\{\{(.*?)\}\}/gs, (_, inside) => inside.split("|")[1]?.trim().replace(/^default:/, "").trim().replace(/^(["'])(.*)\1$/s, "$2") || "x".repeat(8));

on("input", "[data-count-parts]", (_, area) => {
  const box = $(`[data-parts-of="${area.id}"]`);
  if (!box) return;
  const said = segments(typical(area.value.replaceAll("\r\n", "\n")));
  $("[data-parts-count]", box).textContent = said.segments;
  $("[data-parts-word]", box).textContent = said.segments === 1 ? "part" : "parts";
  $("[data-parts-units]", box).textContent = said.units;
  $("[data-parts-room]", box).textContent = said.room;
  $("[data-parts-code]", box).textContent = said.encoding;
  $("[data-parts-odd]", box).hidden = !said.odd.length;
  $("[data-parts-letters]", box).textContent = said.odd.slice(0, 5).join("");
});

// A field goes in where one wrote last.
let last = null;
on("focusin", "[data-template] :is(textarea, input:not([type=hidden]))", (_, field) => { last = field; });
on("click", "[data-insert]", (_, button) => {
  const field = last?.isConnected ? last : $("[data-template] :is(textarea, [name=text], [name=subject])");
  if (!field || field.name === "name") return;
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// The preview, shortly after the last key; the form goes into its frame, nothing is stored.
let soon = 0;
const show = () => { const form = $("[data-template]"), button = $("[data-preview]"); if (form && button) form.requestSubmit(button); };
const later = (wait) => { clearTimeout(soon); soon = setTimeout(show, wait); };
on("input", "[data-template] *", () => later(600));
on("change", "[data-template] *", () => later(150));
later(0);

// Blocks are added, moved and taken away by the server, which sends the form back; only that part is put in.
on("click", "[data-part]", async (event, button) => {
  event.preventDefault();
  const form = button.form;
  const came = await post(form, button);
  const fresh = came?.page.querySelector("#blocks");
  if (!fresh) return;
  const [verb, place] = button.value.split(":");
  $("#blocks").replaceWith(document.adoptNode(fresh));
  const forms = $$("#blocks .block-form");
  const at = verb === "up" ? Math.max(place - 1, 0) : verb === "down" ? Math.min(+place + 1, forms.length - 1) : Math.min(place, forms.length - 1);
  const block = verb === "add" ? forms.findLast((one) => one.querySelector("[name$=-kind]").value === place) : forms[at];
  block?.scrollIntoView({ block: "nearest" });
  (verb === "add" ? $(":is(textarea, input:not([type=hidden]))", block ?? document.body) : block && ($(`[value="${verb}:${at}"]:not(:disabled)`, block) ?? $("button:not(:disabled)", block)))?.focus({ preventScroll: true });
  later(0);
});
