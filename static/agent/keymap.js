/** Which action the held keys mean, as the catalogue says it, by `KeyboardEvent.code`: the same on every layout. */

import { actionNames, valueInWords } from "./words.js";

/**
 * @typedef {object} Row - An action, and the keys that have to be held for it.
 * @property {string[][]} codes - For each of the keys those that it goes by; none: the action while nothing is held.
 * @property {any} action
 * @property {string | null} meaning - Where the action has no name.
 */
/**
 * @typedef {object} Keymap
 * @property {[key: string, meaning: string][]} legend
 * @property {(pressed: Set<string>) => any} actionOf - Undefined for keys that mean nothing.
 * @property {any} idle - What no key means; undefined where the environment waits for one.
 */

/** @type {Record<string, string>} */
const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };

/**
 * @param {Record<string, any>} entry - Of the catalogue, asked for alone.
 * @returns {Keymap | null} Null where keys cannot say an action.
 */
export function keymapOf(entry) {
  if (!entry.keys) return null;
  const rows = /** @type {Row[]} */ (entry.keys);
  const keyed = rows.filter(({ codes }) => codes.length);
  return {
    legend: keyed.filter(({ codes }) => codes.length === 1).map((row) => [sign(row.codes[0][0]), meaningOf(row, entry)]),
    idle: rows.find(({ codes }) => !codes.length)?.action,
    actionOf: (pressed) => heldOf(keyed, pressed)?.action,
  };
}

/**
 * Of the rows whose keys are all held, that with the most; of several, that whose key was pressed last.
 * @param {Row[]} rows
 * @param {Set<string>} pressed - In the order in which they went down.
 */
function heldOf(rows, pressed) {
  const order = [...pressed];
  const weighed = rows.map((row) => {
    const places = row.codes.map((codes) => order.findLastIndex((code) => codes.includes(code)));
    return { row, held: places.every((place) => place >= 0), last: Math.max(...places) };
  });
  const better = (/** @type {typeof weighed[0]} */ a, /** @type {typeof weighed[0]} */ b) =>
    b.row.codes.length - a.row.codes.length || b.last - a.last;
  return weighed.filter(({ held }) => held).sort(better)[0]?.row;
}

/** @param {string} code */
const sign = (code) => SIGNS[code] ?? code.replace(/^(Key|Digit)/, "");

/** @param {Row} row @param {Record<string, any>} entry */
function meaningOf({ action, meaning }, entry) {
  if (meaning) return meaning;
  if (typeof action !== "number") return valueInWords(action);
  return actionNames(entry)?.[action - (entry.action_space?.start ?? 0)] ?? `action ${action}`;
}
