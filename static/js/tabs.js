// Tabs that do not fit beside each other begin with the current one in sight.
import { $$ } from "./dom.js";

for (const tab of $$(".tabs [aria-current]")) {
  const row = tab.parentElement.getBoundingClientRect();
  const own = tab.getBoundingClientRect();
  if (own.right > row.right || own.left < row.left) tab.parentElement.scrollLeft += own.left - row.left - (row.width - own.width) / 2;
}
