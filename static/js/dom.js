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

export const narrow = () => matchMedia("(max-width: 48rem)").matches;
export const typing = (element) => Boolean(element?.closest?.("input:not([type=checkbox],[type=radio],[type=button]), textarea, select, [contenteditable=true]"));
export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

/** Wait until the words stop changing, then call. */
export function settled(call, milliseconds = 150) {
  let timer;
  return (...given) => { clearTimeout(timer); timer = setTimeout(call, milliseconds, ...given); };
}
