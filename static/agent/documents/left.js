/** Documents that are in localStorage: those that a page could not store before its end, and the draft of old pages. */

import { documentOf, freeName } from "./document.js";

/** @typedef {import("./document.js").Document} Document */

const LEFT = "gym-http.left.";
const OLD_DRAFT = "gym-http.playground";

/** Unlike a database's, this write is done when it returns. @param {Document} document */
export function leave(document) {
  try {
    localStorage.setItem(LEFT + document.id, JSON.stringify(document));
  } catch {
    // Storage is forbidden or full; the visitor was told that nothing is stored.
  }
}

/** The document is stored after all: a page that was left may be shown again. @param {Document} document */
export function forget(document) {
  try {
    localStorage.removeItem(LEFT + document.id);
  } catch {
    // Storage is forbidden, so nothing was left there.
  }
}

/**
 * Move all of them into the library.
 * @param {import("./library.js").Library} library
 * @param {(example: string) => string | undefined} codeOf - An example's code, by its file.
 */
export async function takeOver(library, codeOf) {
  for (const key of keys().filter((each) => each.startsWith(LEFT))) {
    const left = parsed(key);
    if (left?.id) await keep(library, left);
    localStorage.removeItem(key);
  }
  const draft = parsed(OLD_DRAFT);
  if (!draft) return;
  const { code, env, speed, every, example } = draft;
  if (code.trim() && code !== codeOf(example)) await keep(library, documentOf({ name: "My agent", code, env, speed, every, example }));
  localStorage.removeItem(OLD_DRAFT);
}

/** @param {import("./library.js").Library} library @param {Document} document */
async function keep(library, document) {
  const stored = await library.find(document.id);
  if (stored?.code === document.code || (await library.store(document))) return;
  const names = (await library.all()).map(({ name }) => name);
  await library.store(documentOf({ ...document, name: freeName(document.name, names) }));
}

/** @returns {string[]} */
function keys() {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

/** @param {string} key @returns {any} Something with code, or null. */
function parsed(key) {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "null");
    return typeof found?.code === "string" ? found : null;
  } catch {
    // Storage is forbidden, or another program wrote to it.
    return null;
  }
}
