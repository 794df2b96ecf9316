/** A document: an agent's code with its name, its settings and the versions to go back to. */

/**
 * `at` is milliseconds since the epoch.
 * @typedef {{code: string, at: number}} Version
 */

/**
 * @typedef {object} Document
 * @property {string} id
 * @property {string} name
 * @property {string} code
 * @property {string} [env]
 * @property {string} [speed]
 * @property {string} [every]
 * @property {string} [example] - The file of the example that it began as.
 * @property {boolean} unread - Whether it came with a link and was not run yet.
 * @property {number} changed - Milliseconds since the epoch.
 * @property {number} revision - How often it was stored. A tab stores only what follows the revision that it knows.
 * @property {Version[]} versions - Newest first.
 */

/** @typedef {Partial<Document> & {name: string, code: string}} Beginning */

const MOST_VERSIONS = 10;
const VERSION_EVERY_MS = 5 * 60_000;
const LONGEST_NAME = 80;

/** The largest file that is taken as a document. */
export const MOST_BYTES = 1_000_000;

/** @param {Beginning} beginning @returns {Document} */
export const documentOf = (beginning) => ({
  unread: false,
  versions: [],
  ...beginning,
  id: newId(),
  name: nameOf(beginning.name),
  changed: Date.now(),
  revision: 0,
});

/** Keep the code as it is as a version, unless it is the newest one already. @param {Document} document */
export function keepVersion(document) {
  const { code, versions } = document;
  if (!code.trim() || versions[0]?.code === code) return;
  document.versions = [{ code, at: Date.now() }, ...versions].slice(0, MOST_VERSIONS);
}

/** Take what was typed. What it was before becomes a version now and then, and where much is removed at once.
 * @param {Document} document @param {string} code */
export function rewrite(document, code) {
  const age = Date.now() - (document.versions[0]?.at ?? 0);
  if (age > VERSION_EVERY_MS || code.length < document.code.length / 2) keepVersion(document);
  Object.assign(document, { code, changed: Date.now() });
}

/** @param {string} given @returns {string} */
export const nameOf = (given) => given.trim().slice(0, LONGEST_NAME) || "Untitled";

/** The name, or the name with a number, so that no two documents have the same.
 * @param {string} name @param {string[]} taken @returns {string} */
export function freeName(name, taken) {
  for (let number = 1; ; number++) {
    const numbered = number === 1 ? nameOf(name) : `${nameOf(name)} (${number})`;
    if (!taken.includes(numbered)) return numbered;
  }
}

/** @param {Document} document @returns {string} */
export const fileOf = ({ name }) => `${name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "") || "agent"}.js`;

/** The comment that the code begins with, as one paragraph. @param {string} code @returns {string} */
export function leadingComment(code) {
  const [comment] = /^(?:[ \t]*\/\/.*\n?)*/.exec(code) ?? [""];
  return comment.replace(/^[ \t]*\/\/[ \t]?/gm, "").replace(/\s+/g, " ").trim();
}

/** `crypto.randomUUID` needs a secure page, which http://192.168.1.5 is not. */
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
