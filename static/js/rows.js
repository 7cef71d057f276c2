// Lists: one current row that focus and keys follow, ticking with shift for a range, the count in the bar.
import { $, $$, on } from "./dom.js";

let last = null; // the tick box that was used before, the start of a range

export const rows = () => $$("#main [data-row]").filter((row) => row.checkVisibility?.() ?? true);
export const currentRow = () => $("#main .current[data-row]");

function mark(row) {
  $$(".current[data-row]").forEach((other) => other.classList.remove("current"));
  row?.classList.add("current");
}
export function moveRow(by) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(currentRow());
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  mark(next);
  ($("[data-open]", next) ?? $("a, button, input", next))?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}
on("focusin", "[data-row]", (_, row) => mark(row));

function count() {
  for (const output of $$("[data-picked]")) {
    const number = $$('input[name="ids"]:checked').length;
    output.textContent = `${number} selected`;
  }
  const all = $$('input[name="ids"]');
  const ticked = all.filter((box) => box.checked).length;
  for (const head of $$("[data-pick-all]")) { head.checked = ticked > 0 && ticked === all.length; head.indeterminate = ticked > 0 && ticked < all.length; }
}
on("click", 'input[name="ids"]', (event, box) => {
  const all = $$('input[name="ids"]');
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    all.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
  }
  last = box;
  count();
});
on("change", "[data-pick-all]", (_, head) => { $$('input[name="ids"]').forEach((box) => { box.checked = head.checked; }); count(); });
count();
new MutationObserver(count).observe(document.body, { childList: true, subtree: false });
