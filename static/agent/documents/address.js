/** The part of the page's address after `#`: a document of this browser, or an example. Share links are share.js's. */

/** @returns {string | null} The id of a document. */
export const documentInAddress = () => /^#doc=([\da-f]+)$/.exec(location.hash)?.[1] ?? null;

/** @returns {{file: string, env: string | null} | null} */
export function exampleInAddress() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const file = parameters.get("example");
  return file === null ? null : { file, env: parameters.get("env") };
}

/** @param {string} id */
export const addressOfDocument = (id) => `#doc=${id}`;

/** @param {string} file @param {string} [env] */
export const addressOfExample = (file, env) => `#${new URLSearchParams({ example: file, ...(env && { env }) })}`;

/** @param {string} hash @param {{step?: boolean}} [how] - As a step that the browser's Back button undoes. */
export function setAddress(hash, { step = false } = {}) {
  if (location.hash === hash) return;
  const address = location.pathname + location.search + hash;
  if (step) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}
