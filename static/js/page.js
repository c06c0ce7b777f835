// What the modules share: finding elements, and saying something.
export const root = document.documentElement;
export const find = (selector, within = document) => within.querySelector(selector);
export const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];
export const on = (event, act, early) => document.addEventListener(event, act, early);
export const say = (text) => (find("#live").textContent = text);

export function make(tag, text, more = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, more);
}

// Something went wrong: said where one looks, inside the open drawer or else among the toasts. The
// last word stands alone; after it a way out, a link or a button.
export function tell(text, way = "") {
  findAll("[data-told]").forEach((line) => line.remove());
  const drawer = find("dialog[open] .drawer-body");
  const line = make("div", `${text} `, { className: drawer ? "err" : "toast", role: "alert" });
  line.dataset.told = "";
  line.append(way);
  (drawer ?? find("#toasts")).prepend(line);
}
