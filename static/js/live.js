// Whether the server answers and still knows us, and whether the list on screen is still the whole
// truth. New work is announced by a button that the server sends; rows never move by themselves.
import { find, findAll, make, on, root, say, tell } from "./page.js";

const EVERY_MS = 5000;
const HIDDEN_MS = 30_000; // a tab that nobody looks at asks less often
const OFFLINE = "There is no connection: nothing you do now is saved.";
const WRITES = "form[method=post] button:not([aria-disabled]), button[hx-post]";
const isLost = () => "offline" in root.dataset;
let asked = 0;

function bar(text) {
  const line = find("#offline");
  line.textContent = text;
  line.hidden = !text;
}

// Buttons that write rest, and say why; they keep their focus.
function rest() {
  const off = isLost();
  findAll(off ? WRITES : "[data-rests]").forEach((button) => {
    button.toggleAttribute("data-rests", off);
    button.ariaDisabled = off || null;
    button.title = off ? OFFLINE : "";
  });
}

function lost() {
  if (isLost()) return;
  root.dataset.offline = "";
  const since = new Date().toTimeString().slice(0, 5);
  bar(`No connection since ${since}. Clocks still run; nothing you do now is saved.`);
  rest();
  if (find("dialog[open]")) tell(OFFLINE);
  setTimeout(retry, EVERY_MS);
}

function back() {
  if (!isLost()) return;
  delete root.dataset.offline;
  bar("");
  rest();
  findAll("[data-told]").forEach((line) => line.remove());
  say("The connection is back");
}

function retry() {
  fetch("/healthz", { cache: "no-store" }).then(back, () => setTimeout(retry, EVERY_MS));
}

// What would be written now would be lost.
export function hold(event, writes) {
  if (!isLost() || !writes) return false;
  event.preventDefault();
  event.stopImmediatePropagation();
  tell("This was not saved: there is no connection. Try again when it is back.");
  return true;
}

export const signedOut = async (url) => (await import("./typed.js")).signedOut(url);

// In another tab, or after the connection was lost.
function signedIn() {
  if (!("out" in root.dataset)) return;
  delete root.dataset.out;
  bar("");
}

// How many wait, in the title and in the navigation.
function count(waiting) {
  document.title = document.title.replace(/^(\(\d+\) )?/, +waiting ? `(${waiting}) ` : "");
  const place = find(".top [aria-current=page]");
  const number = place && (find(".n", place) ?? make("span", "", { className: "n" }));
  if (+waiting) place?.append(" ", number);
  else number?.remove();
  if (number) number.textContent = waiting;
}

async function ask() {
  const list = find("[data-poll]");
  if (!list || Date.now() - asked < (document.hidden ? HIDDEN_MS : EVERY_MS) - 500) return;
  asked = Date.now();
  const url = new URL(list.dataset.poll, location.href);
  url.searchParams.set("since", list.dataset.token);
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, redirect: "error" });
    back();
    if (answer.status === 401) return signedOut(answer.headers.get("Sign-In"));
    signedIn();
    if (answer.headers.has("Waiting")) count(answer.headers.get("Waiting"));
    if (answer.status === 200) announce(await answer.text());
  } catch {
    lost();
  }
}

function announce(markup) {
  const place = find("#news");
  if (!place || place.dataset.said === markup) return;
  place.dataset.said = markup;
  place.innerHTML = markup;
  window.htmx?.process(place);
  say(place.textContent.trim());
}

export function startLive() {
  addEventListener("offline", lost);
  addEventListener("online", retry);
  on("htmx:sendError", lost);
  on("htmx:afterSettle", () => isLost() && rest());
  setInterval(ask, EVERY_MS);
  on("visibilitychange", () => {
    asked = document.hidden ? asked : 0;
    ask();
  });
}
