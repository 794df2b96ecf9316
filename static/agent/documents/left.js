/** Documents that are in localStorage: those that a page could not store before its end, and the draft of old pages. */

import { documentOf, freeName, newId } from "./document.js";

/** @typedef {import("./document.js").Document} Document */

/**
 * `copy` is the id of the document that it becomes where its own has gone on: of several tabs that find it, one makes it.
 * @typedef {Document & {sent?: number, copy?: string}} Left
 */

const LEFT = "gym-http.left.";
const OLD_DRAFT = "gym-http.playground";

/**
 * Unlike a database's, this write is done when it returns. Browsers give it about 5 MB, which versions may fill. It has a
 * key of its own: another page may end with another text of the same document.
 * @param {Document} document
 * @param {number} [sent] - When the document was changed as the page last sent it to the library. Whether it arrived
 * there is not known.
 * @returns {() => void} Takes it back, since a page that was left may be shown again; what another page left stays.
 */
export function leave(document, sent) {
  const copy = newId();
  const key = `${LEFT}${document.id}.${copy}`;
  const left = { ...document, sent, copy };
  const text = written(key, left) ?? written(key, { ...left, versions: [] });
  return () => forget(key, text);
}

/** @param {string} key @param {object} left @returns {string | undefined} */
function written(key, left) {
  const text = JSON.stringify(left);
  try {
    localStorage.setItem(key, text);
    return text;
  } catch {
    // Storage is forbidden or full; if no attempt helps, the visitor was told that nothing is stored.
    return undefined;
  }
}

/** @param {string} key @param {string | null | undefined} text - What was read or written there. */
function forget(key, text) {
  try {
    if (localStorage.getItem(key) === text) localStorage.removeItem(key);
  } catch {
    // Storage is forbidden, so nothing was left there.
  }
}

/** A page may end after the next one has looked, since browsers run them in several processes: hear of what it leaves.
 * @param {(id: string) => void} heard */
export function whenLeft(heard) {
  addEventListener("storage", ({ key, newValue }) => {
    if (newValue !== null && key?.startsWith(LEFT)) heard(key.slice(LEFT.length).split(".")[0]);
  });
}

/**
 * Move all of them into the library.
 * @param {import("./library.js").Library} library
 * @param {(example: string) => string | undefined} codeOf - An example's code, by its file.
 */
export async function takeOver(library, codeOf) {
  for (const key of keys().filter((each) => each.startsWith(LEFT))) {
    const text = localStorage.getItem(key);
    const left = parsed(key);
    if (left?.id) await keep(library, left);
    // Another tab may have left what is newer meanwhile.
    forget(key, text);
  }
  const draft = parsed(OLD_DRAFT);
  if (!draft) return;
  const { code, env, speed, every, example } = draft;
  if (code.trim() && code !== codeOf(example)) await keep(library, documentOf({ name: "My agent", code, env, speed, every, example }));
  localStorage.removeItem(OLD_DRAFT);
}

/** @param {import("./library.js").Library} library @param {Left} left */
async function keep(library, { sent, copy, ...document }) {
  // Merged again where that fails: what the page sent, or another tab took over, may have arrived only now.
  const kept = (await merged(library, document, sent)) || (await library.store(document)) || (await merged(library, document, sent));
  if (kept) return;
  const names = (await library.all()).map(({ name }) => name);
  const parted = documentOf({ ...document, name: freeName(document.name, names) });
  await library.store({ ...parted, id: copy ?? parted.id });
}

/**
 * Store what was left behind what stands there, if that is of the same page, which did not hear that it arrived, or
 * differs in no text.
 * @param {import("./library.js").Library} library
 * @param {Document} document
 * @param {number} [sent]
 * @returns {Promise<boolean>} Whether it is.
 */
async function merged(library, document, sent) {
  const stored = await library.find(document.id);
  if (!stored) return false;
  if (!document.versions.length) document.versions = stored.versions;
  if (stored.changed !== sent && stored.code !== document.code) return false;
  if (document.changed >= stored.changed) await library.store({ ...document, revision: stored.revision });
  return true;
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
