// A button beside a field copies it; without a script the field is there to select.
import { find, findAll, say } from "./page.js";

async function copy({ target }) {
  const field = find(target.dataset.copy);
  field.select();
  // The clipboard is only there under https and on this machine; the old way is everywhere.
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else document.execCommand("copy");
  say((target.textContent = "Copied"));
}

findAll("[data-copy]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", copy);
});
