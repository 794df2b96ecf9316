/** Finds and creates elements. Never from markup, since names come from the service. */

/**
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {string} id
 * @param {new () => Kind} [kind] - The class that it must have.
 * @returns {Kind}
 */
export function element(id, kind) {
  const found = document.getElementById(id);
  if (!found || !(found instanceof (kind ?? HTMLElement))) throw new Error(`The page has no #${id} of this kind.`);
  return /** @type {Kind} */ (found);
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} content - Strings become text nodes.
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...content);
  return made;
}

/** Set the text of a live region. It is spoken whenever it is set, so the same text is not set twice.
 * @param {HTMLElement | string} where - The element or its id.
 * @param {string} text */
export function say(where, text) {
  const region = typeof where === "string" ? element(where) : where;
  if (region.textContent !== text) region.textContent = text;
}
