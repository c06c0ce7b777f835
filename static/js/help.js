// What is asked for seldom: the list of keys, the button that copies a field, the theme.
import { find, findAll, make, root, say } from "./page.js";

export function showKeys() {
  const list = find("#keys dl");
  list.replaceChildren();
  const add = (keys, what) => {
    const term = make("dt", "");
    term.append(...keys);
    list.append(term, make("dd", what));
  };
  findAll(".foot-keys span").forEach((span) =>
    add(findAll("kbd", span).map((kbd) => kbd.cloneNode(true)), span.lastChild.textContent),
  );
  findAll("[data-go]").forEach((link) =>
    add([`G ${link.dataset.go.toUpperCase()}`], `go to ${link.firstChild.textContent}`),
  );
  find("#keys").showModal();
}

// A button beside a field copies it; without a script the field is there to select.
export async function copy({ target }) {
  const field = find(target.dataset.copy);
  field.select();
  // The clipboard is only there under https and on this machine; the old way is everywhere.
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else document.execCommand("copy");
  say((target.textContent = "Copied"));
}

// The theme is a cookie that only the server writes, so the next page arrives in the right one.
// Here it is switched at once, and posted behind.
export function switchTheme(form) {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = (root.dataset.theme || (dark ? "dark" : "light")) === "dark" ? "light" : "dark";
  const body = new FormData(form);
  body.set("theme", root.dataset.theme);
  fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => {});
}
