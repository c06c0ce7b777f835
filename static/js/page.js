// What the modules share: finding elements, and saying something.
export const find = (selector, within = document) => within.querySelector(selector);
export const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];
export const say = (text) => (find("#live").textContent = text);

export function toast(text) {
  const line = document.createElement("div");
  line.className = "toast";
  line.setAttribute("role", "alert");
  line.textContent = text;
  find("#toasts").append(line);
}
