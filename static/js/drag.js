// What a value is, dropped onto its row instead of chosen from its list.
import { find, findAll } from "./page.js";

function startDragging() {
  const names = find("[data-drag]");
  names.hidden = false;
  names.addEventListener("dragstart", ({ target, dataTransfer }) =>
    dataTransfer.setData("text/plain", target.dataset.drag),
  );
  findAll("[data-drop]").forEach((row) => {
    const over = (is) => row.toggleAttribute("data-over", is);
    row.addEventListener("dragover", (event) => {
      event.preventDefault();
      over(true);
    });
    row.addEventListener("dragleave", () => over(false));
    row.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      const list = row.querySelector("select");
      const name = event.dataTransfer.getData("text/plain");
      if ([...list.options].some(({ value }) => value === name)) list.value = name;
      list.focus();
    });
  });
}

if (matchMedia("(pointer: fine)").matches) startDragging();
