/** What the visitor chose of filter, order and size: in the page's address, so that it is kept and can be shared. */

import { element } from "../page/elements.js";

const USUAL = { filter: "", sort: "oldest", density: "medium" };

/** @param {(chosen: typeof USUAL) => void} changed - Called at once, and when one has changed. */
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
      if (value === USUAL[/** @type {keyof typeof USUAL} */ (name)]) address.searchParams.delete(name);
      else address.searchParams.set(name, value);
    }
    history.replaceState(null, "", address);
    changed(chosen);
  }
}
