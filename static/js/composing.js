// Writing a message: how many SMS the words fill (3GPP TS 23.038, 23.040) while they are typed, and Ctrl Enter that sends.
import { $, on, upgrade } from "./dom.js";

const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const EXTENDED = new Set("\f^{}\\[~]|€");

function segments(words) {
  const letters = [...words];
  const odd = [...new Set(letters.filter((letter) => !BASIC.has(letter) && !EXTENDED.has(letter)))];
  const [alone, part] = odd.length ? [70, 67] : [160, 153];
  const sizes = letters.map((letter) => (odd.length ? letter.length : EXTENDED.has(letter) ? 2 : 1));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  if (units <= alone) return { units, parts: 1, room: alone, odd };
  let parts = 1;
  let filled = 0;
  for (const size of sizes) { if (filled + size > part) { parts += 1; filled = 0; } filled += size; }
  return { units, parts, room: parts * part, odd };
}

upgrade("form.composer", (form) => {
  const words = $("textarea", form);
  const output = $("[data-segments]", form);
  if (!words) return; // a template that leaves as it is
  const count = () => {
    const { units, parts, room, odd } = segments(words.value);
    output.textContent = `${units} of ${room} · ${parts} SMS${odd.length ? ` · ${odd.slice(0, 5).join("")} needs the long alphabet` : ""}`;
  };
  words.addEventListener("input", count);
  count();
});

on("keydown", ".composer textarea, .composer input", (event, field) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); field.form.requestSubmit(); }
});
