// Countries by their names in the language of the page, in its order; without this in English.
import { findAll } from "./page.js";

const { lang } = document.documentElement;
const names = new Intl.DisplayNames(lang, { type: "region" });

findAll("[data-countries]").forEach((list) => {
  const chosen = list.value;
  const countries = [...list.options].filter(({ value }) => value);
  countries.forEach((one) => (one.textContent = names.of(one.value)));
  countries.sort((one, other) => one.text.localeCompare(other.text, lang));
  list.append(...countries);
  list.value = chosen;
});
