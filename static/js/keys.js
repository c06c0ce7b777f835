// Single keys, each printed on the button it presses. They press what a mouse could press, rest
// inside fields, and can be switched off (WCAG 2.1.4): <html data-keys="off">, a cookie.
import { find, findAll, remember, say } from "./page.js";

const root = document.documentElement;
const GO_MS = 900; // how long a G waits for its letter
let going = 0;

const rows = () => findAll("[data-row]");
const current = () => find("[data-row][aria-current]");

export function select(row) {
  if (!row) return;
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  find("a", row)?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  say(row.dataset.row);
  row.dispatchEvent(new CustomEvent("peek", { bubbles: true }));
}

function move(by) {
  const all = rows();
  const at = all.indexOf(current());
  select(all[Math.max(0, Math.min(all.length - 1, at + by))]);
}

function press(key) {
  const one = (within) =>
    within && findAll(`[data-key="${CSS.escape(key)}"]`, within).find((b) => b.checkVisibility());
  const button = one(current()) ?? one(document);
  button?.click();
  return Boolean(button);
}

function open() {
  const link = current() && find("a[href]", current());
  if (link) location.assign(link.href);
  return Boolean(link);
}

function help() {
  const dialog = find("#keys");
  const list = find("[data-keys-list]", dialog);
  list.replaceChildren();
  const add = (keys, what) => {
    const term = document.createElement("dt");
    term.append(...keys.map((key) => Object.assign(document.createElement("kbd"), { textContent: key })));
    list.append(term, Object.assign(document.createElement("dd"), { textContent: what }));
  };
  findAll(".foot-keys span").forEach((span) =>
    add(findAll("kbd", span).map((k) => k.textContent), span.lastChild.textContent.trim()),
  );
  findAll("[data-go]").forEach((link) =>
    add(["G", link.dataset.go.toUpperCase()], `go to ${link.firstChild.textContent.trim()}`),
  );
  dialog.showModal();
  return true;
}

function filter() {
  const field = find("[data-filter]");
  field?.focus();
  return Boolean(field);
}

const FIXED = {
  j: () => move(1) ?? true,
  k: () => move(-1) ?? true,
  o: open,
  "/": filter,
  "?": help,
  g: () => (going = Date.now()),
};

function pressed(event) {
  if (event.key === "Escape") find("details.menu[open]")?.removeAttribute("open");
  if (root.dataset.keys === "off" || event.defaultPrevented) return;
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea, dialog, [contenteditable]")) return;
  const key = event.key.toLowerCase();
  if (Date.now() - going < GO_MS) {
    going = 0;
    const link = find(`[data-go="${CSS.escape(key)}"]`);
    if (link) return location.assign(link.href);
  }
  const wanted = key in FIXED && (rows().length || !"jko".includes(key)) ? FIXED[key]() : press(key);
  if (wanted) event.preventDefault();
}

// With the preview pane in sight a click chooses the row, and a second one opens it.
function clicked(event) {
  const row = event.target.closest("[data-row]");
  const onLink = event.target.closest("a[href]");
  const plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!row || !onLink || !plain || row === current() || !event.detail) return;
  if (!find("#peek")?.checkVisibility()) return;
  event.preventDefault();
  select(row);
}

export function startKeys() {
  addEventListener("keydown", pressed);
  document.addEventListener("click", clicked);
  findAll("[data-keys-switch]").forEach((button) =>
    button.addEventListener("click", () => {
      root.dataset.keys = button.dataset.keysSwitch;
      remember("keys", root.dataset.keys);
      say(`Single-key shortcuts are ${root.dataset.keys}`);
    }),
  );
}
