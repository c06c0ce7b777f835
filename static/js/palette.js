// The command palette: loaded when it is first asked for. The server answers what is typed with
// options; here they are chosen from. A combobox: focus stays in the field.
import { find, findAll, say } from "./page.js";

const WAIT_MS = 60; // between two letters typed in one go
const FRAME = `<input type="text" role="combobox" aria-expanded="true" aria-controls="pal-list"
  aria-autocomplete="list" aria-label="Find a lead or a command" dir="auto"
  placeholder="Type a name, a phone number or a command" autocomplete="off" spellcheck="false">
  <ul id="pal-list" role="listbox" aria-label="Results"></ul>`;

let asked; // what is being asked for, to be given up for what is typed next
let timer;
let hurry; // Enter came before the answer: it means the first of what will be shown

const dialog = document.createElement("dialog");
dialog.className = "pal";
dialog.setAttribute("aria-label", "Find a lead or a command");
dialog.innerHTML = FRAME;
document.body.append(dialog);
const [field, list] = [find("input", dialog), find("ul", dialog)];
const options = () => findAll("[role=option]", list);
const chosen = () => find("[aria-selected=true]", list);

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option?.id ?? "");
}

function step(by) {
  const all = options();
  choose(all.at((all.indexOf(chosen()) + by + all.length) % all.length));
}

// What the keys of this page do, by the buttons that they are printed on.
function ofThisPage(words) {
  const wanted = words.toLowerCase().split(/\s+/);
  return findAll("main [data-key]").filter((button) => {
    const row = button.closest("[data-row]");
    const label = button.innerText.toLowerCase();
    const here = button.checkVisibility() && (!row || row.ariaCurrent);
    return here && wanted.every((word) => label.includes(word));
  });
}

function show(markup) {
  list.innerHTML = markup;
  // In the order of the page, right under the heading of the commands.
  const next = find("[data-commands]", list)?.nextSibling ?? null;
  for (const button of ofThisPage(field.value)) {
    const option = document.createElement("li");
    option.setAttribute("role", "option");
    option.append(...[...button.childNodes].map((node) => node.cloneNode(true)));
    option.button = button;
    list.insertBefore(option, next);
  }
  // Of a pair of switches the page shows the one that does something.
  findAll("[data-press^='[data-keys']", list).forEach(
    (option) => find(option.dataset.press)?.checkVisibility() || option.remove(),
  );
  options().forEach((option, n) => (option.id = `pal-${n}`));
  choose(options()[0]);
  const { length } = options();
  say(length === 1 ? "1 result" : `${length} results`);
}

async function ask() {
  const mine = (asked = new AbortController());
  try {
    const url = `${find("[data-palette]").href}?q=${encodeURIComponent(field.value)}`;
    const headers = { "HX-Request": "true" };
    const answer = await fetch(url, { headers, signal: mine.signal, redirect: "error" });
    if (!answer.ok) throw answer;
    show(await answer.text());
  } catch {
    if (mine.signal.aborted) return;
    const said = "This did not load. Enter tries again.";
    list.innerHTML = `<li class="bad-ink" role="presentation">${said}</li>`;
    choose();
    say(said);
    hurry = false;
  }
  list.ariaBusy = "false";
  if (hurry) run(chosen());
}

// What is on the list is not what was typed until the answer is there.
function askSoon(wait) {
  clearTimeout(timer);
  asked?.abort();
  hurry = false;
  list.ariaBusy = "true";
  timer = setTimeout(ask, wait);
}

function run(option) {
  if (!option || option.ariaDisabled === "true") return;
  const { href, post, press } = option.dataset;
  if (href) return location.assign(href);
  dialog.close();
  if (post) window.htmx.ajax("POST", post, { swap: "none" });
  else (option.button ?? find(press))?.click();
}

function enter() {
  if (list.ariaBusy === "true") hurry = true;
  else if (chosen()) run(chosen());
  else askSoon(0);
}

field.addEventListener("input", () => askSoon(WAIT_MS));
field.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) step(by);
  else if (event.key === "Enter") event.repeat || enter();
  else return;
  event.preventDefault();
});
list.addEventListener("click", (event) => run(event.target.closest("[role=option]")));
list.addEventListener("mousemove", (event) => {
  const option = event.target.closest("[role=option]");
  if (option && option !== chosen()) choose(option);
});
// A click beside it closes it.
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

export function open() {
  if (dialog.open) return;
  dialog.showModal();
  field.select();
  askSoon(0);
}
