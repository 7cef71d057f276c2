// The board: cards are dragged from stage to stage. Without this, every card's "Move to ..." does the same.
import { $, $$, make, upgrade } from "./dom.js";
import { openModal } from "./overlay.js";
import { post, takePage } from "./posting.js";
import { say } from "./toasts.js";

let place = 0; // how far the board is scrolled, kept when the page is drawn anew

/** Ask the server to put the card where it was dropped; the page that comes back is the truth. */
async function drop({ item, to, from, oldIndex }) {
  const stage = to.dataset.stage;
  const back = () => from.insertBefore(item, from.children[oldIndex] ?? null);
  if (to === from) return;
  const [id] = item.dataset.deal.split(".");
  if ("closed" in to.dataset) { back(); say("That stage is no longer in use.", { error: true }); return; }
  if (to.dataset.ask) { back(); openModal(`/deals/${id}/${to.dataset.ask}/?stage=${stage}&next=${encodeURIComponent(location.pathname + location.search)}`); return; }
  const version = item.dataset.deal.split(".")[1];
  const button = make("button", { type: "submit", form: "act", formaction: `/deals/${id}/move/`, name: "to", value: `${stage}.${version}`, hidden: "" });
  document.body.append(button);
  const came = await post($("#act"), button);
  button.remove();
  if (!came) { back(); return; }
  if (came.answer.ok) { takePage(came.page, came.answer.url); $(`#deal-${id} [data-open]`)?.focus({ preventScroll: true }); } else { back(); say("That did not work; nothing was changed.", { error: true }); }
}

upgrade("[data-board]", (board) => {
  board.scrollLeft = place;
  board.addEventListener("scroll", () => { place = board.scrollLeft; }, { passive: true });
  if (!window.Sortable) return;
  board.dataset.grab = "";
  for (const cards of $$(".cards", board)) {
    window.Sortable.create(cards, {
      group: "deals", draggable: ".deal", ghostClass: "held", dragClass: "carried", animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      delay: 180, delayOnTouchOnly: true, touchStartThreshold: 4, scroll: board, scrollSensitivity: 90, bubbleScroll: true, sort: false,
      filter: "button", preventOnFilter: false, onEnd: drop,
    });
  }
});
