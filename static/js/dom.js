// Listening for elements that may come later, and the few words every module shares.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Call handler(event, element) for events on anything that matches, now or later. */
export function on(type, selector, handler, options) {
  document.addEventListener(type, (event) => {
    const element = event.target instanceof Element && event.target.closest(selector);
    if (element) handler(event, element);
  }, options);
}

/** Call improve(element) once for each element that matches, now or later. */
export function upgrade(selector, improve) {
  const seen = new WeakSet();
  const look = (root) => {
    for (const element of $$(selector, root)) if (!seen.has(element)) { seen.add(element); improve(element); }
  };
  look(document);
  new MutationObserver((changes) => {
    if (changes.some((change) => change.addedNodes.length)) look(document);
  }).observe(document.body, { childList: true, subtree: true });
}

/** Build an element: make("a", {class: "item", href: "/"}, "words", child). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== false && value != null) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Draw an icon of the sprite, found by an icon that is already on the page. */
export function icon(name) {
  const sprite = ($("svg.i use")?.getAttribute("href") ?? "").split("#")[0];
  const holder = document.createElement("template");
  holder.innerHTML = `<svg class="i" aria-hidden="true"><use href="${sprite}#${name}"/></svg>`;
  return holder.content.firstChild;
}

const there = (element) => Boolean(element?.isConnected && !element.disabled && (element.checkVisibility?.({ checkVisibilityCSS: true }) ?? true));

/** Give the focus back to what had it: itself, the menu it was chosen from, or its like on a page that came in place of its own. */
export function giveBack(element, root = document) {
  const name = ["id", "href", "formaction", "aria-label"].find((one) => element?.getAttribute(one));
  const like = name && `${element.localName}[${name}="${CSS.escape(element.getAttribute(name))}"]`;
  const found = element?.isConnected ? element : like && $(like, root);
  const at = [found, found?.closest("details.menu")?.querySelector("summary")].find(there);
  at?.focus({ preventScroll: true });
  return at;
}

/** Focus the first field of a part of the page, or else its first button or link, or else its heading. */
export function begin(part, heading) {
  const first = (selector) => $$(selector, part).find(there);
  const at = first("[autofocus], [aria-invalid=true]") ?? first("input:not([type=hidden]), select, textarea, .btn") ?? first("a[href], button, summary") ?? heading;
  if (at === heading) heading?.setAttribute("tabindex", "-1");
  at?.focus();
}

export const narrow = () => matchMedia("(max-width: 48rem)").matches;
export const typing = (element) => Boolean(element?.closest?.("input:not([type=checkbox],[type=radio],[type=button]), textarea, select, [contenteditable=true]"));
export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

/** Wait until the words stop changing, then call. */
export function settled(call, milliseconds = 150) {
  let timer;
  return (...given) => { clearTimeout(timer); timer = setTimeout(call, milliseconds, ...given); };
}
