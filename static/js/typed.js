// What somebody typed and could not send, kept in this tab alone while they sign in, and put back
// into its form. Nothing is sent by it. Loaded only when it is needed.
import { find, findAll, make, root, tell } from "./page.js";

const path = (form) => new URL(form.action, location.href).pathname;
const OURS = ["csrfmiddlewaretoken", "once", "next"];

function said(form) {
  const passwords = findAll("[type=password]", form).map((field) => field.name);
  return [...new FormData(form)].filter(
    ([name, value]) => typeof value === "string" && ![...OURS, ...passwords].includes(name),
  );
}

export function keep() {
  const forms = findAll("form[method=post]").filter((form) =>
    form.matches("[data-typed], [data-keep], :has(.err)"),
  );
  if (forms.length)
    sessionStorage.typed = JSON.stringify(forms.map((form) => [path(form), said(form)]));
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

function fill(form, values) {
  for (const field of fields(form)) {
    const mine = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (/radio|checkbox/.test(field.type)) field.checked = mine.includes(field.value);
    else if (mine.length) field.value = mine[0];
  }
  form.dataset.typed = "";
  tell("What you typed is here again. It is not saved yet.");
}

// Into the forms of this page; a drawer that is not open yet is opened once.
export function giveBack(isFirst) {
  const left = JSON.parse(sessionStorage.typed ?? "[]").filter(([action, values]) => {
    const form = findAll("form[method=post]").find(
      (one) => path(one) === action && fields(one).length,
    );
    if (form) return fill(form, values);
    if (isFirst) find(`[hx-get="${CSS.escape(action)}"], a[href="${CSS.escape(action)}"]`)?.click();
    return true;
  });
  if (left.length) sessionStorage.typed = JSON.stringify(left);
  else sessionStorage.removeItem("typed");
}
