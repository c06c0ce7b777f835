// Every clock carries its due time and the server's own now, so a wrong clock in the browser does
// not matter. One timer for the page; it writes text and an SVG attribute, never a style.
import { find, findAll, on, say } from "./page.js";

const RING = 37.7; // as in leadportal/look/clocks.py
const SOON = 0.34;
const skews = new WeakMap();

const pad = (number) => String(number).padStart(2, "0");

function countdown(seconds) {
  const left = Math.abs(seconds);
  const text =
    left < 3600
      ? `${Math.floor(left / 60)}:${pad(left % 60)}`
      : `${Math.floor(left / 3600)}h ${pad(Math.floor((left % 3600) / 60))}m`;
  return seconds < 0 ? `${text} late` : text;
}

function show(clock) {
  const { due, now, of, label, late, who } = clock.dataset;
  if (!skews.has(clock)) skews.set(clock, now * 1000 - Date.now());
  const left = Math.trunc(due - (Date.now() + skews.get(clock)) / 1000);
  find("b", clock).textContent = countdown(left);
  find(".left", clock).setAttribute(
    "stroke-dasharray",
    `${(RING * Math.max(0, Math.min(1, left / of))).toFixed(1)} ${RING}`,
  );
  clock.classList.toggle("soon", left >= 0 && left / of < SOON);
  if (left < 0 !== clock.classList.contains("late")) {
    clock.classList.toggle("late", left < 0);
    find("small", clock).textContent = left < 0 ? late : label;
    if (left < 0) say(who ? `${who} is late` : late);
  }
}

const showAll = () => document.hidden || findAll("[data-clock]").forEach(show);

export function startClocks() {
  showAll();
  setInterval(showAll, 1000);
  on("visibilitychange", showAll);
  on("htmx:afterSettle", showAll);
}
