// Every page works without this script; it adds ticking clocks, keys and announcements.
import { startClocks } from "./clocks.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { find, findAll, on, root } from "./page.js";
import { startParts } from "./parts.js";

const TOAST_MS = 10_000;

// A toast stays while somebody is at it, and an alert until the next page.
function letToastsLeave() {
  findAll(".toasts [role=status]:not([data-leaves])").forEach((toast) => {
    toast.dataset.leaves = "";
    const leave = () =>
      toast.matches(":hover, :focus-within") ? setTimeout(leave, TOAST_MS) : toast.remove();
    setTimeout(leave, TOAST_MS);
  });
}

function closeMenu({ target }) {
  if (!target.closest("details.menu")) find("details.menu[open]")?.removeAttribute("open");
}

// What was typed and not sent, never shown to another person than the one who typed it.
function openTyped() {
  const { who } = root.dataset;
  if (who && sessionStorage.who !== who) {
    sessionStorage.clear();
    sessionStorage.who = who;
  }
  if (sessionStorage.typed || localStorage.length || find("[data-keep], .fld"))
    import("./typed.js").then(
      ({ begin }) => begin(),
      () => {},
    );
}

on("click", closeMenu);
// Switched at once where the script comes; else by the form, as without any.
find("[data-theme-form]").onsubmit = ({ target, submitter }) => {
  import("./help.js").then(
    ({ switchTheme }) => switchTheme(target),
    () => {
      target.onsubmit = null;
      target.requestSubmit(submitter);
    },
  );
  return false;
};
findAll("[data-copy]").forEach((button) =>
  import("./help.js").then(({ copy }) => {
    button.hidden = false;
    button.addEventListener("click", copy);
  }),
);
// The palette is loaded when it is first asked for; its page is there without a script.
function openPalette(event) {
  event.preventDefault();
  import("./palette.js").then(
    ({ open }) => open(),
    () => location.assign(event.target.closest("a").href),
  );
}
findAll("[data-palette]").forEach((link) => link.addEventListener("click", openPalette));
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "k") return;
  event.preventDefault();
  find("[data-palette]")?.click();
});
find("[data-focus]")?.focus();
startClocks();
startKeys();
startParts();
letToastsLeave();
startLive();
on("htmx:afterSettle", letToastsLeave);
on("htmx:afterSettle", openTyped);
addEventListener("load", openTyped);
