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
  forgetTurn();
  const address = location.pathname + location.search + hash;
  if (step) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

const TURN = "gym-http.turn";

/** What stands at the address becomes a document. A busy browser may reload the page at the address of before, so the tab
 * remembers what became of it. @param {string} id */
export function turnInto(id) {
  const turn = lastTurn();
  const before = turn?.id === documentInAddress() ? turn.addresses : [];
  const addresses = [...new Set([...before, location.search + location.hash])];
  setAddress(addressOfDocument(id));
  try {
    sessionStorage.setItem(TURN, JSON.stringify({ addresses, id }));
  } catch {
    // Storage is forbidden, so no document outlives the page.
  }
}

/** @returns {string | null} The document that a page at this address became, just before it was loaded again. */
export function documentBeforeReload() {
  const [navigation] = performance.getEntriesByType("navigation");
  const asked = navigation instanceof PerformanceNavigationTiming && navigation.type === "navigate";
  if (asked) forgetTurn();
  const turn = lastTurn();
  return turn?.addresses.includes(location.search + location.hash) ? turn.id : null;
}

/** The visitor goes elsewhere, and may come back to the address for what it names. */
export function forgetTurn() {
  try {
    sessionStorage.removeItem(TURN);
  } catch {
    // Storage is forbidden, so nothing is remembered.
  }
}

/** @returns {{addresses: string[], id: string} | null} */
function lastTurn() {
  try {
    return JSON.parse(sessionStorage.getItem(TURN) ?? "null");
  } catch {
    return null;
  }
}
