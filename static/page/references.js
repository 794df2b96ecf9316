/**
 * The references within an OpenAPI document. Swagger UI's own way builds a tree of objects of the whole document for each
 * call that is opened, which holds the page up for seconds.
 */

/** @typedef {Record<string, any>} Tree */

/**
 * The part of the document at the path, with what its references lead to in their place. A reference to a schema that it
 * stands in stays one.
 * @param {Tree} document
 * @param {string[]} path - As `["paths", "/v1/health/", "get"]`.
 * @returns {unknown} Null if there is no such part.
 */
export function resolved(document, path) {
  return followed(document, at(document, path) ?? null, []);
}

/** @param {Tree} document @param {any} value @param {string[]} within - The references that led here. @returns {any} */
function followed(document, value, within) {
  if (Array.isArray(value)) return value.map((each) => followed(document, each, within));
  if (typeof value !== "object" || value === null) return value;
  const { $ref: reference, ...rest } = value;
  const own = Object.fromEntries(Object.entries(rest).map(([name, each]) => [name, followed(document, each, within)]));
  if (reference === undefined) return own;
  const target = typeof reference === "string" && !within.includes(reference) ? at(document, parts(reference)) : undefined;
  if (target === undefined) return { $ref: reference, ...own };
  return { ...followed(document, target, [...within, reference]), ...own };
}

/** @param {Tree} document @param {string[]} path @returns {any} */
const at = (document, path) => path.reduce((/** @type {any} */ part, name) => part?.[name], document);

/** The names in a reference within the document, by RFC 6901. @param {string} reference @returns {string[]} */
function parts(reference) {
  const names = decodeURIComponent(reference).split("/").slice(1);
  return names.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}
