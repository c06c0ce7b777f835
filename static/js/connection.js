// Says when the server cannot be reached, and holds back what would write until it answers again.
import { find, say, toast } from "./page.js";

const RETRY_MS = 5000;
const root = document.documentElement;

export function lost() {
  if ("offline" in root.dataset) return;
  root.dataset.offline = "";
  const clock = new Date().toTimeString().slice(0, 5);
  const bar = find("#offline");
  bar.textContent = `No connection since ${clock}. Clocks still run; nothing you do now is saved.`;
  bar.hidden = false;
  setTimeout(retry, RETRY_MS);
}

export function back() {
  if (!("offline" in root.dataset)) return;
  delete root.dataset.offline;
  find("#offline").hidden = true;
  say("The connection is back");
}

function retry() {
  fetch("/healthz", { cache: "no-store" }).then(back, () => setTimeout(retry, RETRY_MS));
}

function hold(event) {
  if (!("offline" in root.dataset)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  toast("This was not saved: there is no connection. Try again when it is back.");
}

export function startConnection() {
  addEventListener("offline", lost);
  addEventListener("online", retry);
  document.addEventListener("submit", (event) => event.target.method === "post" && hold(event), true);
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:responseError", () =>
    toast("This did not work: the server refused it or failed. Load the page again and try once more."),
  );
}
