/** The page's elements: found by their id or made, never from markup, as names come from the service. */

/**
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {string} id
 * @param {new () => Kind} [kind] - What it has to be.
 * @returns {Kind}
 */
export function element(id, kind) {
  const found = document.getElementById(id);
  if (!found || !(found instanceof (kind ?? HTMLElement))) throw new Error(`The page has no such #${id}.`);
  return /** @type {Kind} */ (found);
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} content - Text goes in as text.
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

/** A live region is spoken whenever it is written to, so the same text is not written twice.
 * @param {HTMLElement | string} where - The element or its id.
 * @param {string} text */
export function say(where, text) {
  const region = typeof where === "string" ? element(where) : where;
  if (region.textContent !== text) region.textContent = text;
}
