// Pages that open over the page: records in the drawer (with their address), forms in the dialog.
import { $, $$, on, make, icon, narrow, parse, begin, giveBack } from "./dom.js";
import { adopt, say } from "./toasts.js";
import { post, refresh, takePage } from "./posting.js";

const drawer = $("#drawer");
const modal = $("#modal");
let opener = null; // the link the drawer was opened from
let list = null; // the address of the list beneath
let from = null; // what the dialog was opened from

async function load(address, target) {
  const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Target": target } });
  const page = parse(await answer.text());
  if (answer.redirected && !page.querySelector(".app") && page.querySelector("body.public")) location.assign(answer.url); // signed out meanwhile
  return page;
}
const inside = (page) => [...(page.querySelector("#main") ?? page.body).childNodes].map((node) => document.adoptNode(node));
const plain = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
const knob = (label, name, act) => { const button = make("button", { class: "btn quiet icon", type: "button", "aria-label": label, title: label }, icon(name)); button.addEventListener("click", act); return button; };

const openers = () => $$("#main [data-open]");
export const drawerOpen = () => Boolean(drawer && !drawer.hidden);
export function stepRecord(by) {
  const links = openers();
  const next = links[links.findIndex((link) => link.href === opener?.href) + by];
  if (next) openDrawer(next, true);
}

async function openDrawer(link, replace = false) {
  if (!drawerOpen()) list = location.href;
  opener = link;
  history[replace || drawerOpen() ? "replaceState" : "pushState"]({ drawer: link.href }, "", link.href);
  await fill(link.href);
}

async function fill(address) {
  const body = make("div", { class: "page" }, make("div", { class: "skeleton", role: "status" }, make("span", { class: "sr" }, "Loading"), make("i"), make("i"), make("i")));
  const whole = make("a", { class: "btn quiet small", href: address, "data-key": "o" }, "Open as a page");
  drawer.replaceChildren(make("header", {}, knob("Close (Esc)", "x", closeDrawer), knob("Previous record", "chevron-up", () => stepRecord(-1)), knob("Next record", "chevron-down", () => stepRecord(1)), make("span", { class: "grow" }), whole), body);
  drawer.hidden = false;
  try {
    body.replaceChildren(...inside(await load(address, "drawer")));
    drawer.setAttribute("aria-label", $("h1", body)?.textContent.trim() ?? "Record");
    window.htmx?.process(body);
    $("button", drawer).focus({ preventScroll: true });
  } catch { location.assign(address); }
}

function hide() {
  drawer.hidden = true;
  drawer.replaceChildren();
  opener?.focus({ preventScroll: true });
}
export function closeDrawer() { if (drawerOpen()) { hide(); history.replaceState({}, "", list); } }
addEventListener("popstate", (event) => {
  if (event.state?.drawer) fill(event.state.drawer);
  else if (drawerOpen()) hide();
  else if (event.state) location.reload();
});

on("click", "a[data-drawer]", (event, link) => {
  if (!drawer || !plain(event) || narrow() || event.defaultPrevented || drawer.contains(link)) return;
  event.preventDefault();
  openDrawer(link);
});

export async function openModal(address, link = document.activeElement) {
  if (!modal.open) from = link;
  try { show(await load(address, "modal"), address); } catch { location.assign(address); }
}

function show(page, address) {
  const body = make("div", { class: "body" }, ...inside(page));
  const title = $("h1", body);
  $$(".crumbs, .tabs", body).forEach((way) => way.remove());
  if (title) (title.closest(".head") ?? title).remove();
  const heading = make("h2", { id: "modal-title" }, title?.textContent.trim() ?? "");
  modal.replaceChildren(make("header", {}, heading, knob("Close", "x", () => modal.close())), body);
  modal.removeAttribute("aria-label");
  modal.setAttribute("aria-labelledby", "modal-title");
  modal.dataset.address = address;
  window.htmx?.process(body);
  if (!modal.open) modal.showModal();
  begin(body, heading);
}

on("click", "a[data-modal]", (event, link) => {
  if (!modal || !plain(event) || event.defaultPrevented) return;
  event.preventDefault();
  openModal(link.href, link);
});
// A choice in a menu is out of sight by now; the menu itself is not.
modal?.addEventListener("close", () => { const at = document.activeElement; if (at === document.body || at === from || !at.checkVisibility?.()) giveBack(from); });

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!modal?.contains(form) || form.method !== "post" || event.defaultPrevented) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.sent) return;
  form.dataset.sent = "yes";
  if (!form.hasAttribute("action")) form.setAttribute("action", modal.dataset.address);
  const came = await post(form, event.submitter);
  delete form.dataset.sent;
  if (!came) return;
  if (!came.answer.redirected && came.page.querySelector("#main form, body > form, .formrow")) { show(came.page, modal.dataset.address); return; }
  if (!came.answer.ok) { say(came.page.querySelector("h1")?.textContent.trim() || "That did not work; nothing was changed.", { error: true }); return; }
  modal.close();
  giveBack(from);
  if (new URL(came.answer.url).pathname === location.pathname) { takePage(came.page, came.answer.url); return; }
  adopt(came.page);
  if (drawerOpen()) fill(opener?.href ?? location.href); else await refresh();
}, true);
