// The page of one lead: what to copy, who was called, and what is usual for a reason.
import { find, findAll, say } from "./page.js";

const CALL_MS = 4 * 3600_000; // a call is over by then
const asked = find("[data-reached]");
const called = asked && `called-${asked.dataset.reached}`;

async function copies({ currentTarget: button }) {
  await navigator.clipboard.writeText(button.dataset.copies);
  say((button.textContent = "Copied"));
}

// Coming back from the telephone, one is asked what came of it.
function ask() {
  const since = Date.now() - sessionStorage[called];
  if (document.hidden || !(since < CALL_MS)) return;
  asked.hidden = false;
  find("button", asked).focus();
}

function answered() {
  delete sessionStorage[called];
  asked.hidden = true;
}

if (asked) {
  findAll('[href^="tel:"]').forEach((link) =>
    link.addEventListener("click", () => {
      sessionStorage[called] = Date.now();
      // Where the call is made elsewhere, this page never leaves.
      setTimeout(ask, 3000);
    }),
  );
  document.addEventListener("visibilitychange", ask);
  find("form", asked).addEventListener("submit", answered);
  find("[data-not-now]").addEventListener("click", answered);
  ask();
}

// What colleagues say of BANT comes in row by row, and never over what is being typed.
const TOUCHED = "li:has(:focus, [data-typed])";

function bringIn(event) {
  const { target, detail } = event;
  if (target.id !== "bant-sheet" || !find(TOUCHED, target)) return;
  event.preventDefault();
  find("#bant-known").replaceWith(find("#bant-known", detail.fragment));
  findAll("li", detail.fragment).forEach((fresh) => {
    const row = document.getElementById(fresh.id);
    if (row.matches(TOUCHED)) return bringInto(row, fresh);
    row.replaceWith(fresh);
    htmx.process(fresh);
  });
}

// Who stands in a row keeps their place; who has typed there, their words too.
function bringInto(row, fresh) {
  const [mine, theirs] = [row, fresh].map((one) => find("[role=status]", one));
  mine.replaceWith(theirs);
  if (find("[data-typed]", row)) return;
  findAll("[name=state], [name=note]", fresh).forEach(({ name, value }) => {
    find(`[name=${name}]`, row).value = value;
  });
}

document.addEventListener("htmx:oobBeforeSwap", bringIn);
// What is saved is not being typed any more.
document.addEventListener("htmx:afterRequest", ({ detail: { elt, successful } }) => {
  if (successful && elt.matches(".bant form")) delete elt.dataset.typed;
});

// A reason says whether its leads come back; who chose otherwise keeps it.
document.addEventListener("change", ({ target }) => {
  const form = target.closest("[data-reject]");
  if (!form) return;
  if (target.name === "may_return") form.dataset.chosen = "";
  const usual = target.dataset.returns;
  if (usual && !("chosen" in form.dataset)) find(`[name=may_return][value=${usual}]`, form).checked = true;
});

// The clipboard is only there under https and on this machine.
if (navigator.clipboard)
  findAll("[data-copies]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", copies);
  });
