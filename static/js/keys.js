// Single keys, each printed on the button it presses. They can be switched off.
import { find, findAll, say } from "./page.js";

const root = document.documentElement;
const GO_MS = 900; // how long a G waits for its letter
let going = 0;

const current = () => find("[data-row][aria-current]");

function select(row) {
  if (!row) return;
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  find("a", row)?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  say(row.dataset.row);
  row.dispatchEvent(new Event("peek"));
}

function move(by) {
  const rows = findAll("[data-row]");
  select(rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(current()) + by))]);
  return rows.length;
}

function press(key) {
  const inSight = (button) => button.dataset.key === key && button.checkVisibility();
  const buttons = findAll("[data-key]").filter(inSight);
  const button = buttons.find((b) => current()?.contains(b)) ?? buttons[0];
  button?.click();
  return button;
}

function open() {
  const link = current() && find("a", current());
  if (link) location.assign(link.href);
  return link;
}

function help() {
  const list = find("#keys dl");
  list.replaceChildren();
  const add = (keys, what) => {
    const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
    term.append(...keys);
    meaning.append(what);
    list.append(term, meaning);
  };
  findAll(".foot-keys span").forEach((span) =>
    add(findAll("kbd", span).map((kbd) => kbd.cloneNode(true)), span.lastChild.textContent),
  );
  findAll("[data-go]").forEach((link) =>
    add([`G ${link.dataset.go.toUpperCase()}`], `go to ${link.firstChild.textContent}`),
  );
  find("#keys").showModal();
  return true;
}

// Somebody was faster: on to the next.
const moveOn = () => current() ?? select(find("[data-gone] ~ [data-row]"));

function filter() {
  find("[data-filter]")?.focus();
  return find("[data-filter]");
}

const FIXED = {
  j: () => move(1),
  k: () => move(-1),
  o: open,
  "/": filter,
  "?": help,
  g: () => (going = Date.now()),
};

function pressed(event) {
  if (event.key === "Escape") findAll("details.menu[open]").forEach((menu) => (menu.open = false));
  if (root.dataset.keys === "off" || event.metaKey || event.ctrlKey || event.altKey) return;
  // A digit chooses among the choices of the field that the form names.
  const { type, form } = event.target;
  if (type === "radio") form.elements[form.dataset.digits]?.[event.key - 1]?.click();
  if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog")) return;
  const key = event.key.toLowerCase();
  const place = Date.now() - going < GO_MS && find(`[data-go="${CSS.escape(key)}"]`);
  going = 0;
  if (place) location.assign(place.href);
  else if (FIXED[key]?.() || press(key)) event.preventDefault();
}

// With the preview in sight a click chooses the row, and a second one opens it.
function clicked(event) {
  const row = event.target.closest("[data-row]");
  const held = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  // A click made by the keyboard has no detail: Enter opens at once.
  if (!row || held || row === current() || !event.detail || !event.target.closest("a")) return;
  if (!find("#peek")?.checkVisibility()) return;
  event.preventDefault();
  select(row);
}

function switchKeys(event) {
  root.dataset.keys = event.target.dataset.keysSwitch;
  document.cookie = `keys=${root.dataset.keys}; path=/; max-age=31536000; samesite=lax`;
  say(`Single-key shortcuts are ${root.dataset.keys}`);
}

export function startKeys() {
  addEventListener("keydown", pressed);
  document.addEventListener("click", clicked);
  document.addEventListener("htmx:afterSettle", moveOn);
  findAll("[data-keys-switch]").forEach((button) => button.addEventListener("click", switchKeys));
}
