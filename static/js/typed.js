// What somebody typed and did not send, put back into its form: kept in this tab alone while they
// sign in, and of notes in this browser, by person and form, until they are saved or thrown away.
// Nothing is sent by it. Loaded only when it is needed.
import { find, findAll, make, root, tell } from "./page.js";

const path = (form) => new URL(form.action, location.href).pathname;
const OURS = ["csrfmiddlewaretoken", "once", "next"];

function said(form) {
  const passwords = findAll("[type=password]", form).map((field) => field.name);
  return [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && ![...OURS, ...passwords].includes(name),
  );
}

function keep() {
  const forms = findAll("form[method=post]").filter((form) =>
    form.matches("[data-typed], [data-keep], :has(.err)"),
  );
  if (forms.length)
    sessionStorage.typed = JSON.stringify(forms.map((form) => [path(form), said(form)]));
}

// What is sent from where it is told is not given back once more.
function again() {
  keep();
  findAll("form[data-keep]").forEach((form) =>
    form.addEventListener("submit", () => sessionStorage.removeItem("typed")),
  );
}

// The page stays as it is, and so does what is typed on it, until somebody signs in.
export function signedOut(url) {
  const here = encodeURIComponent(location.pathname + location.search);
  const link = () => make("a", "Sign in", { className: "link", href: `${url}?next=${here}` });
  if (find("dialog[open]")) tell("You are signed out. What you type stays.", link());
  if ("out" in root.dataset) return;
  root.dataset.out = "";
  find("#offline").replaceChildren("You are signed out. ", link());
  find("#offline").hidden = false;
  addEventListener("pagehide", () => "out" in root.dataset && keep());
}

// What a person fills in; a form of buttons alone, as after a call, has nothing of it.
const fields = (form) =>
  [...form.elements].filter(({ name, type }) => name && !/hidden|password|submit|button/.test(type));

function fill(form, values, way) {
  for (const field of fields(form)) {
    const mine = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (/radio|checkbox/.test(field.type)) field.checked = mine.includes(field.value);
    else if (mine.length) field.value = mine[0];
  }
  form.dataset.typed = "";
  tell("What you typed is here again. It is not saved yet.", way);
  find("[data-told]").classList.replace("err", "note-in");
}

// Into the forms of this page; a drawer that is not open yet is opened once.
function giveBack(isFirst) {
  const left = JSON.parse(sessionStorage.typed ?? "[]").filter(([action, values]) => {
    const form = findAll("form[method=post]").find(
      (one) => path(one) === action && fields(one).length,
    );
    if (form) return fill(form, values);
    if (isFirst) findAll("a").find(({ pathname }) => pathname === action)?.click();
    return true;
  });
  if (left.length) sessionStorage.typed = JSON.stringify(left);
  else sessionStorage.removeItem("typed");
}

// --- drafts --------------------------------------------------------------------------------------

const keyOf = (address) => `draft ${root.dataset.who} ${address}`;
const isWorth = (form) => findAll("textarea", form).some(({ value }) => value.trim());

// Links to a form say that something is written there.
const mark = () =>
  findAll("a[hx-get]").forEach((link) =>
    link.toggleAttribute("data-draft", keyOf(link.pathname) in localStorage),
  );

function throwAway(form, forget) {
  form.reset();
  delete form.dataset.typed;
  forget();
  findAll("[data-told]").forEach((line) => line.remove());
  find("textarea", form).focus();
}

function watch(form) {
  const key = keyOf(path(form));
  const forget = () => {
    localStorage.removeItem(key);
    mark();
  };
  const write = () =>
    isWorth(form) ? (localStorage[key] = JSON.stringify(said(form))) : forget();
  form.dataset.draft = "kept";
  // Who was quicker than this script has typed already.
  if (isWorth(form)) write();
  else if (localStorage[key]) {
    const button = make("button", "Throw it away", { className: "btn sm", type: "button" });
    button.addEventListener("click", () => throwAway(form, forget));
    fill(form, JSON.parse(localStorage[key]), button);
  }
  form.addEventListener("input", write);
  // A form that is a page has saved it where that leads to another page (`arrive`).
  if (form.closest("[hx-disable]"))
    form.addEventListener("submit", () => (sessionStorage.sent = key));
  // Who is sent on has saved it. To cancel, or to close what asks first, throws it away.
  form.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    if (xhr.getResponseHeader("HX-Redirect")) forget();
  });
  findAll("a", form).forEach((link) => link.addEventListener("click", forget));
  form.closest("dialog")?.addEventListener("close", forget, { once: true });
}

function arrive() {
  const { sent } = sessionStorage;
  sessionStorage.removeItem("sent");
  const { responseStatus } = performance.getEntriesByType("navigation")[0] ?? {};
  const isHere = findAll("form[data-draft]").some((form) => keyOf(path(form)) === sent);
  const isAsked = !root.dataset.who || find("[data-keep]");
  if (sent && !isHere && !isAsked && !(responseStatus >= 400)) localStorage.removeItem(sent);
}

// --- on every page, and whenever a part of it is new ------------------------------------------------

let isFirst = true;

export function begin() {
  import("./shown.js").catch(() => {});
  if (isFirst) arrive();
  if (find("[data-keep]")) return again();
  if (!root.dataset.who) return;
  giveBack(isFirst);
  isFirst = false;
  findAll('form[data-draft=""]').forEach(watch);
  mark();
}
