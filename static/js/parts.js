// Parts that htmx loads and forms that write: what did not load says so and is tried again, a
// button is busy until it is answered, and the drawer keeps what is typed in it.
import { hold, signedOut } from "./live.js";
import { find, findAll, make, on, tell } from "./page.js";

const AGAIN_MS = 5000;
const LONGEST_MS = 15_000; // a button whose answer never came works again
// Where nothing is seen without the part, its place says that it is missing.
const PLACES = "#peek, #drawer, [hx-trigger~=load], [hx-trigger^='load,'] *";
const drawer = find("#drawer");

function missing({ elt, target, requestConfig: { path } }) {
  if (elt.matches("[hx-trigger*=every]")) return; // asks again by itself
  const button = make("button", "Try again", { className: "btn sm", type: "button" });
  const load = () => elt.isConnected && htmx.ajax("GET", path, { source: elt, target });
  button.addEventListener("click", load);
  if (!target?.matches(PLACES)) return tell("This did not load.", button);
  const line = make("p", "This did not load. ", { className: "cell sm", role: "alert" });
  line.append(button);
  target.replaceChildren(line);
  target.inert = false;
  delete target.dataset.waits;
  if (target === drawer) opened();
  setTimeout(() => button.isConnected && load(), AGAIN_MS);
}

function failed({ detail }) {
  if (detail.xhr.status === 401) signedOut(detail.xhr.getResponseHeader("Sign-In"));
  else if (detail.requestConfig.verb === "get") missing(detail);
  else tell("This did not work. Nothing was lost; try again.");
}

// --- one press, one act --------------------------------------------------------------------------

const free = (button) => button.removeAttribute("aria-busy");

// Whether the form or button is at it already; else it is from now on.
function isBusy(element, submitter) {
  const button = submitter ?? (element.matches("button") ? element : find("button", element));
  const all = element.elements ? findAll("[aria-busy=true]", element) : [];
  if (all.length || button?.ariaBusy) return true;
  if (button) button.ariaBusy = true;
  if (button) setTimeout(free, LONGEST_MS, button);
  return false;
}

function submitted(event) {
  const { target, submitter } = event;
  if (target.method === "dialog") return !mayClose() && event.preventDefault();
  if (target.method !== "post" || hold(event, true) || target.matches("[hx-post], [data-theme-form]"))
    return;
  if (!isBusy(target, submitter)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

function before(event) {
  const { elt, requestConfig } = event.detail;
  const writes = requestConfig.verb !== "get";
  if (hold(event, writes) || !writes) return;
  if (isBusy(elt, requestConfig.triggeringEvent?.submitter)) event.preventDefault();
}

function answered({ detail: { elt, xhr } }) {
  // Who is sent on stays busy until the next page is there.
  if (!xhr.getResponseHeader("HX-Redirect"))
    [elt, ...findAll("[aria-busy]", elt)].forEach((one) => one !== drawer && free(one));
}

// --- the drawer ----------------------------------------------------------------------------------

const isTyped = () => find("[data-typed], form .err", drawer);
const mayClose = () =>
  !isTyped() || confirm("Close without saving? What you typed here would be lost.");

function opened() {
  if (!drawer.open) drawer.showModal();
  const first = "input:not([type=hidden]):checked, input:not([type=hidden]), select, textarea";
  const place = ["[data-focus]", "[autofocus]:checked", "[autofocus]", first, "button"]
    .map((selector) => find(`.drawer-body ${selector}`, drawer))
    .find(Boolean);
  place?.focus();
}

function leave(event) {
  if (event.key !== "Escape") return;
  // Out of a field, where single keys are letters.
  if (!drawer.open) return event.target.blur();
  event.preventDefault();
  if (mayClose()) drawer.close();
}

export function startParts() {
  drawer.addEventListener("close", () => drawer.replaceChildren());
  addEventListener("keydown", leave, true);
  on("input", ({ target: { form } }) => form && (form.dataset.typed = ""));
  on("submit", submitted, true);
  on("htmx:beforeRequest", before);
  on("htmx:afterRequest", answered);
  on("htmx:afterSwap", ({ target }) => target === drawer && opened());
  ["responseError", "sendError", "timeout"].forEach((name) =>
    on(`htmx:${name}`, failed),
  );
  addEventListener("pageshow", () => findAll("[aria-busy]").forEach(free));
}
