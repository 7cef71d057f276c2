// A file field that also takes a drop, and says what it took.
import { $, on } from "./dom.js";

const over = (isOver) => (event, area) => { event.preventDefault(); area.classList.toggle("over", isOver); };
on("dragover", "[data-drop]", over(true));
on("dragleave", "[data-drop]", over(false));
on("drop", "[data-drop]", (event, area) => {
  over(false)(event, area);
  const input = $("input[type=file]", area);
  if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; input.dispatchEvent(new Event("change", { bubbles: true })); }
});
const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);
on("change", "[data-drop] input[type=file]", (_, input) => {
  const said = $("[data-drop-name]", input.closest("[data-drop]"));
  if (said) said.textContent = [...input.files].map((file) => `${file.name}, ${size(file.size)}`).join(" · ");
});
