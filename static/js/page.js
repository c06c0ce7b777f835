// What the other modules share: finding elements, and the page's one polite line.
export const find = (selector, within = document) => within.querySelector(selector);
export const findAll = (selector, within = document) => [...within.querySelectorAll(selector)];

export function say(text) {
  const line = find("#live");
  if (line) line.textContent = text;
}

export function toast(text) {
  const line = document.createElement("div");
  line.className = "toast";
  line.setAttribute("role", "alert");
  line.textContent = text;
  find("#toasts").append(line);
}

export const remember = (name, value) => {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
};
