/** Actions for held keys, from the catalogue. Keys are `KeyboardEvent.code`, the same on every layout. */

import { actionNames, valueInWords } from "../../page/words.js";

/**
 * @typedef {object} Row - An action, and the keys to hold for it.
 * @property {string[][]} codes - For each key, its codes; empty for the action without keys.
 * @property {any} action
 * @property {string | null} meaning - Set if the action has no name.
 */
/**
 * @typedef {object} Keymap
 * @property {[key: string, meaning: string][]} legend
 * @property {{code: string, sign: string, meaning: string}[]} buttons - For each key, what it does when held alone.
 * @property {(pressed: Set<string>) => any} actionOf - Undefined for other keys.
 * @property {any} idle - The action without keys; undefined if the environment waits for one.
 */

/** @type {Record<string, string>} */
const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };

/**
 * @param {Record<string, any>} entry - Of the catalogue, requested by its id.
 * @returns {Keymap | null} Null if the environment has no keys.
 */
export function keymapOf(entry) {
  if (!entry.keys) return null;
  const rows = /** @type {Row[]} */ (entry.keys);
  const keyed = rows.filter(({ codes }) => codes.length);
  const single = keyed.filter(({ codes }) => codes.length === 1);
  const buttons = single.map((row) => ({ code: row.codes[0][0], sign: sign(row.codes[0][0]), meaning: meaningOf(row, entry) }));
  return {
    legend: buttons.map(({ sign, meaning }) => [sign, meaning]),
    buttons,
    idle: rows.find(({ codes }) => !codes.length)?.action,
    actionOf: (pressed) => heldOf(keyed, pressed)?.action,
  };
}

/**
 * The row with the most keys, all of them held; among several, the one whose key was pressed last.
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
