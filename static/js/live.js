// Live news: {"text", "unread", "refresh"} from the stream named on <body data-live-url>; the page decides what to reload.
import { $, $$ } from "./dom.js";
import { say } from "./toasts.js";

const address = document.body.dataset.liveUrl;

function heard(event) {
  let news = {};
  try { news = JSON.parse(event.data); } catch { return; }
  if (news.text) say(news.text);
  if (Number.isInteger(news.unread)) {
    $$("[data-bell-count]").forEach((count) => { count.textContent = news.unread || ""; });
    $("[data-bell]")?.setAttribute("aria-label", news.unread ? `Notifications, ${news.unread} unread` : "Notifications");
  }
  if (news.refresh !== false) document.body.dispatchEvent(new CustomEvent("refresh", { detail: news }));
}

let stream = null;
const listen = () => { stream ??= new EventSource(address, { withCredentials: true }); stream.onmessage = heard; };
if (address) {
  listen();
  // A page kept by the browser for going back must not hold a connection.
  addEventListener("pagehide", () => { stream?.close(); stream = null; });
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
}
