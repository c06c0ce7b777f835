// Drawers open when htmx has filled them; toasts leave after ten seconds unless somebody is there.
import { find, findAll } from "./page.js";

const TOAST_MS = 10_000;

function leaveLater(toast) {
  if (toast.dataset.leaves) return;
  toast.dataset.leaves = "yes";
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, TOAST_MS) : toast.remove());
  setTimeout(leave, TOAST_MS);
}

const watchToasts = () => findAll("#toasts .toast:not([role=alert])").forEach(leaveLater);

export function startOverlays() {
  const drawer = find("#drawer");
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === drawer && !drawer.open) drawer.showModal();
  });
  drawer.addEventListener("close", () => drawer.replaceChildren());
  watchToasts();
  document.addEventListener("htmx:afterSettle", watchToasts);
  find("[data-focus]")?.focus();
  document.addEventListener("click", (event) => {
    const menu = find("details.menu[open]");
    if (menu && !menu.contains(event.target)) menu.removeAttribute("open");
  });
}
