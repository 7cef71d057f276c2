// Buttons that post through #act (and the bulk form) without leaving the page: send, then take over the page that came back.
import { $, $$, parse, giveBack } from "./dom.js";
import { adopt, say } from "./toasts.js";

/** Show a fetched page of ours in place of this one, keeping scroll, focus and what is open. `kept`: it answers a post and
    has no address of its own, so that reloading it or coming back to it leads to the page where it was asked. */
export function takePage(page, address, kept = false) {
  const main = page.querySelector("#main");
  if (!page.querySelector(".app") || !main) { location.assign(address); return; }
  const row = $(".current[data-row]");
  const at = row ? $$("#main [data-row]").indexOf(row) : -1;
  const held = document.activeElement?.closest("#main") ? document.activeElement : null;
  const moved = new URL(address, location.href).pathname !== location.pathname;
  adopt(page);
  $("#main").replaceWith(document.adoptNode(main));
  $(".side")?.replaceWith(document.adoptNode(page.querySelector(".side")));
  if (moved) { history.replaceState(history.state ?? {}, ""); history.pushState({}, "", kept ? location.href : address); document.title = page.title; scrollTo(0, 0); }
  const token = page.body.getAttribute("hx-headers");
  if (token) document.body.setAttribute("hx-headers", token);
  window.htmx?.process($("#main"));
  const rows = $$("#main [data-row]");
  const next = at >= 0 ? rows[Math.min(at, rows.length - 1)] : null;
  if (next) ($("[data-open]", next) ?? $("a, button", next))?.focus({ preventScroll: true });
  else if (moved || (held && !giveBack(held, $("#main")))) { const title = $("#main h1"); title?.setAttribute("tabindex", "-1"); title?.focus({ preventScroll: true }); }
}

/** Load the page that is shown afresh. */
export async function refresh() {
  const answer = await fetch(location.href);
  if (answer.ok) takePage(parse(await answer.text()), location.href);
}

/** Post a form the way the browser would and return the page that came back, or say why not. */
export async function post(form, submitter, headers = {}) {
  const address = submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href;
  const body = new FormData(form, submitter);
  try {
    const answer = await fetch(address, { method: "POST", body, headers });
    return { answer, page: parse(await answer.text()) };
  } catch {
    say("No connection: nothing was changed.", { error: true });
    return null;
  }
}

let sending = null;
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "act" && form.id !== "bulk") return;
  const submitter = event.submitter;
  if (form.dataset.sent && submitter === sending) { event.preventDefault(); return; } // pressed twice
  if (event.defaultPrevented || form.dataset.sent || !submitter) return;
  event.preventDefault();
  form.dataset.sent = "yes";
  sending = submitter;
  const rows = form.id === "bulk" ? $$("tr:has(.pick :checked)") : [submitter.closest("[data-row]")].filter(Boolean);
  rows.forEach((row) => row.classList.add("leaving"));
  const came = await post(form, submitter);
  submitter.closest(".toast")?.remove();
  delete form.dataset.sent;
  rows.forEach((row) => row.classList.remove("leaving"));
  if (!came) return;
  if (came.answer.ok) takePage(came.page, came.answer.url, !came.answer.redirected);
  else say(came.page.querySelector("[data-said], h1")?.textContent.trim() || "That did not work; nothing was changed.", { error: true });
});
