// The preview of the next row is fetched ahead, so that J shows it at once. It is kept for seconds
// only: it tells of a person, and somebody else may claim it.
import { find, findAll } from "./page.js";

const FRESH_MS = 10_000;
let next = {};

async function fetchAhead(row) {
  const rows = findAll("[data-row]");
  const url = rows[rows.indexOf(row) + 1]?.getAttribute("hx-get");
  if (!url || next.url === url || !find("#peek")?.checkVisibility()) return;
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => ({}));
  if (answer.ok) next = { url, at: Date.now(), markup: await answer.text() };
}

function show(event) {
  const row = event.target;
  if (!row.matches("[data-row]")) return;
  const age = Date.now() - next.at;
  if (next.url === row.getAttribute("hx-get") && age < FRESH_MS) {
    event.preventDefault();
    const pane = find("#peek");
    pane.innerHTML = next.markup;
    // Its clocks were right when it was sent.
    findAll("[data-clock]", pane).forEach((clock) => (clock.dataset.now = +clock.dataset.now + age / 1000));
    window.htmx.process(pane);
    pane.dispatchEvent(new Event("htmx:afterSettle", { bubbles: true }));
  }
  fetchAhead(row);
}

export function startAhead() {
  document.addEventListener("htmx:beforeRequest", show);
  if (find("[data-row][hx-get]")) fetchAhead(find("[data-row][aria-current]"));
}
