// Whether the server answers, and whether the list on screen is still the whole truth. New work is
// announced by a button that the server sends; rows never move until it is pressed.
import { find, say, toast } from "./page.js";

const EVERY_MS = 5000;
const root = document.documentElement;
const isLost = () => "offline" in root.dataset;

function lost() {
  if (isLost()) return;
  root.dataset.offline = "";
  const bar = find("#offline");
  const since = new Date().toTimeString().slice(0, 5);
  bar.textContent = `No connection since ${since}. Clocks still run; nothing you do now is saved.`;
  bar.hidden = false;
  setTimeout(retry, EVERY_MS);
}

function back() {
  if (!isLost()) return;
  delete root.dataset.offline;
  find("#offline").hidden = true;
  say("The connection is back");
}

function retry() {
  fetch("/healthz", { cache: "no-store" }).then(back, () => setTimeout(retry, EVERY_MS));
}

function hold(event) {
  if (!isLost() || event.target.method !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  toast("This was not saved: there is no connection. Try again when it is back.");
}

async function ask() {
  const list = find("[data-poll]");
  if (!list || document.hidden) return;
  const url = new URL(list.dataset.poll, location.href);
  url.searchParams.set("since", list.dataset.token);
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, redirect: "error" });
    back();
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
  document.addEventListener("submit", hold, true);
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:responseError", () =>
    toast("This did not work. Load the page again and try once more."),
  );
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
}
