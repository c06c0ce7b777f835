// Asks the server every five seconds whether the list on screen is still the whole truth. New work
// is announced by a button that the server sends; rows never move until it is pressed.
import { find, say } from "./page.js";
import { back, lost } from "./connection.js";

const EVERY_MS = 5000;

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
  say(find("button, a", place)?.firstChild.textContent.trim() ?? "");
}

export function startQueue() {
  if (!find("[data-poll]")) return;
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
}
