/** The visitor's choice of filter, order and size, stored in the page's address so that it can be shared. */

import { element } from "../page/elements.js";

const DEFAULTS = { filter: "", sort: "oldest", density: "medium" };

/** @param {(chosen: typeof DEFAULTS) => void} changed - Called at once and after every change. */
export function watchChoices(changed) {
  const fields = {
    filter: element("filter", HTMLInputElement),
    sort: element("sort", HTMLSelectElement),
    density: element("density", HTMLSelectElement),
  };
  const asked = new URLSearchParams(location.search);
  for (const [name, field] of Object.entries(fields)) {
    const value = asked.get(name);
    const known = field instanceof HTMLInputElement || [...field.options].some((option) => option.value === value);
    if (value !== null && known) field.value = value;
    field.addEventListener("input", tell);
  }
  tell();

  function tell() {
    const chosen = { filter: fields.filter.value, sort: fields.sort.value, density: fields.density.value };
    const address = new URL(location.href);
    for (const [name, value] of Object.entries(chosen)) {
      if (value === DEFAULTS[/** @type {keyof typeof DEFAULTS} */ (name)]) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    history.replaceState(null, "", address);
    changed(chosen);
  }
}
