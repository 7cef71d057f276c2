// On a touch screen: a row dragged right presses its data-swipe="right" button, dragged left the other.
import { $ } from "./dom.js";

const FAR = 96; // pixels
let drag = null;

document.addEventListener("pointerdown", (event) => {
  const row = event.pointerType === "touch" && event.target.closest("[data-row]");
  if (row && $("[data-swipe]", row)) drag = { row, x: event.clientX, y: event.clientY, by: 0 };
});
document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const by = event.clientX - drag.x;
  if (!drag.by && Math.abs(event.clientY - drag.y) > Math.abs(by)) { drag = null; return; }
  if (Math.abs(by) < 12) return;
  drag.by = by;
  const side = by > 0 ? "right" : "left";
  const button = $(`[data-swipe="${side}"]`, drag.row);
  drag.row.style.translate = `${button ? by : by / 6}px 0`;
  drag.row.dataset.swiping = button && Math.abs(by) > FAR ? side : "";
});
function end(event) {
  if (!drag) return;
  const { row, by } = drag;
  drag = null;
  row.style.translate = "";
  delete row.dataset.swiping;
  if (event.type === "pointerup" && Math.abs(by) > FAR) $(`[data-swipe="${by > 0 ? "right" : "left"}"]`, row)?.click();
}
document.addEventListener("pointerup", end);
document.addEventListener("pointercancel", end);
