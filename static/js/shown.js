// What somebody typed in a form that is a page, in the words they saw: noted in this tab when it is
// sent, and put in place of the names where the server could only give back what came.
import { findAll, on } from "./page.js";

const words = (element) => element?.innerText.replace(/\s*\(optional\)\s*/, "").trim();

function seen(field) {
  const { name, type, value, checked, selectedOptions } = field;
  if (!name || /hidden|password|submit|button|fieldset|file/.test(type)) return [];
  const label = words(field.labels?.[0]) || field.ariaLabel || name;
  if (selectedOptions) return [...selectedOptions].map(({ text }) => [name, label, text]);
  if (!/radio|checkbox/.test(type)) return [[name, label, value]];
  const group = words(field.closest("fieldset")?.querySelector("legend"));
  return checked ? [[name, group ?? label, group ? label : "yes"]] : [];
}

function note({ target }) {
  if (target.method !== "post") return;
  const path = new URL(target.action, location.href).pathname;
  const rows = [...target.elements].flatMap(seen);
  // What is sent once more is a form of hidden fields, seen before.
  if (rows.length) sessionStorage.shown = JSON.stringify([path, rows]);
}

// What is not among them was never seen, as the form's own marks.
function inWords(list) {
  const [path, rows] = JSON.parse(sessionStorage.shown ?? "[]");
  if (path !== location.pathname) return;
  findAll("dt", list).forEach((name) => {
    const at = rows.findIndex(([one, , value]) => one === name.dataset.name && value);
    const value = name.nextElementSibling;
    if (at < 0) return [name, value].forEach((one) => one.remove());
    [[, name.textContent, value.textContent]] = rows.splice(at, 1);
  });
}

const lists = findAll("dl[data-keep]");
lists.forEach(inWords);
if (!lists.length) sessionStorage.removeItem("shown");
on("submit", note);
