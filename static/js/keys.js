// Single keys, each printed on the button it presses. They can be switched off.
import { find, findAll, on, root, say } from "./page.js";

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
  remember(row);
  waitFor(row);
  row.dispatchEvent(new Event("peek"));
}

// Going back to this list leads to this row.
const remember = (row) => history.replaceState({ ...history.state, row: row.id }, "");

function goBack() {
  const row = document.getElementById(history.state?.row ?? "");
  if (row !== current()) select(row);
}

// Until the preview is that of the row, it says so and offers nothing.
function waitFor(row) {
  const peek = find("#peek");
  if (!peek || !row.matches("[hx-get]")) return;
  peek.dataset.waits = `Loading ${row.dataset.row}…`;
  peek.inert = true;
}

function arrived({ target }) {
  if (target.id !== "peek" || (current() && find("[data-of]", target)?.dataset.of !== current().id))
    return;
  delete target.dataset.waits;
  target.inert = false;
}

function move(by) {
  const rows = findAll("[data-row]");
  select(rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(current()) + by))]);
  return rows.length;
}

function press(key) {
  const inSight = (button) => button.dataset.key === key && button.checkVisibility();
  const buttons = findAll("[data-key]").filter(inSight);
  // Of what each row offers, only the row that is highlighted is meant.
  const of = (row) => buttons.find((button) => button.closest("[data-row]") === row);
  const button = (current() && of(current())) ?? of(null);
  button?.click();
  return button;
}

function open() {
  const link = current() && find("a", current());
  if (link) remember(current());
  if (link) location.assign(link.href);
  return link;
}

// What is asked for seldom is loaded then.
const showKeys = async () => (await import("./help.js")).showKeys();

// At once: the next key may be pressed before anything else is loaded.
function switchKeys({ target }) {
  root.dataset.keys = target.dataset.keysSwitch;
  document.cookie = `keys=${root.dataset.keys}; path=/; max-age=31536000; samesite=lax`;
  say(`Single-key shortcuts are ${root.dataset.keys}`);
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
  "?": showKeys,
  g: () => (going = Date.now()),
};

function pressed(event) {
  if (event.key === "Escape") find("details.menu[open]")?.removeAttribute("open");
  if (root.dataset.keys === "off" || event.metaKey || event.ctrlKey || event.altKey) return;
  // A digit chooses among the choices of the field that the form names.
  const { type, form } = event.target;
  if (type === "radio") form.elements[form.dataset.digits]?.[event.key - 1]?.click();
  if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog")) return;
  const key = event.key.toLowerCase();
  // A key held down moves on, and does nothing twice.
  if (event.repeat && key !== "j" && key !== "k") return;
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
  if (row && event.target.closest("a")) remember(row);
  if (!row || held || row === current() || !event.detail || !event.target.closest("a")) return;
  if (!find("#peek")?.checkVisibility()) return;
  event.preventDefault();
  select(row);
}

export function startKeys() {
  addEventListener("keydown", pressed);
  on("click", clicked);
  on("htmx:afterSettle", moveOn);
  on("htmx:afterSwap", arrived);
  addEventListener("load", goBack);
  findAll("[data-keys-switch]").forEach((button) => button.addEventListener("click", switchKeys));
}
