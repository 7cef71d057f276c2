// Minutes go by: "in 3 min" becomes "in 2 min" without asking the server.
import { $$ } from "./dom.js";

function words(moment, late) {
  const minutes = Math.round((moment - Date.now()) / 60000);
  if (Math.abs(minutes) > 59) return null;
  if (minutes === 0) return "now";
  if (minutes > 0) return `in ${minutes} min`;
  return late ? `${-minutes} min late` : `${-minutes} min ago`;
}
setInterval(() => {
  if (document.hidden) return;
  for (const time of $$("time[datetime]")) {
    if (!/^(now|in \d+ min|\d+ min (ago|late))$/.test(time.textContent)) continue;
    const due = Boolean(time.closest(".when, .next > .wrap, .late, .badge"));
    const said = words(Date.parse(time.dateTime), due);
    if (said && said !== time.textContent) time.textContent = said;
    time.classList.toggle("late", due && /late$/.test(time.textContent));
  }
}, 20000);
