/** Which action the pressed keys mean, by `KeyboardEvent.code`, which is the same on every layout. */

import { actionNames, familyOf } from "./words.js";

/**
 * @typedef {object} Keymap
 * @property {[keys: string, meaning: string][]} legend
 * @property {(pressed: Set<string>) => any} actionOf - Undefined for keys that mean nothing.
 * @property {any} idle - What no key means; undefined where the environment waits for one.
 */

/** Arrows and WASD, by the words of actions that they stand for. @type {[string[], string, RegExp][]} */
const KEYS = [
  [["ArrowLeft", "KeyA"], "←", /\b(left|west|LEFT)\b|−1/],
  [["ArrowRight", "KeyD"], "→", /\b(right|east|RIGHT)\b|\+1/],
  [["ArrowUp", "KeyW"], "↑", /\b(up|north|UP|main)\b/],
  [["ArrowDown", "KeyS"], "↓", /\b(down|south|DOWN)\b/],
];
const NAMED = new Map([
  ["pick up", ["KeyP", "P"]],
  ["drop off", ["KeyO", "O"]],
  ["hit", ["KeyH", "H"]],
  ["stick", ["KeyX", "X"]],
]);
const IDLE = /^(coast|do nothing|no torque|NOOP)$/;

/**
 * @param {Record<string, any>} entry - Of the catalogue, or with its keys.
 * @returns {Keymap | null} Null where keys cannot say an action.
 */
export function keymapOf(entry) {
  const space = entry.action_space;
  const names = actionNames(entry);
  if (space?.name === "Discrete") {
    if (entry.action_meanings) return joystick(entry.action_meanings);
    return names ? named(names, space.start) : numbered(space);
  }
  return space?.name === "Box" && space.shape.length === 1 ? continuous(entry) : null;
}

/** @param {string[]} names @param {number} start @returns {Keymap} */
function named(names, start) {
  /** @type {Map<string, number>} */
  const actions = new Map();
  /** @type {[string, string][]} */
  const legend = [];
  names.forEach((name, i) => {
    const [code, shown] = NAMED.get(name) ?? [];
    const [codes, key] = code ? [[code], shown ?? ""] : (KEYS.find(([, , words]) => words.test(name)) ?? [[], ""]);
    for (const each of codes) actions.set(each, start + i);
    if (codes.length) legend.push([key, name]);
  });
  const idle = names.findIndex((name) => IDLE.test(name));
  return { legend, idle: idle < 0 ? undefined : start + idle, actionOf: (pressed) => lastOf(pressed, actions) };
}

/** The action of the key that was pressed last. @param {Set<string>} pressed @param {Map<string, number>} actions */
const lastOf = (pressed, actions) => [...pressed].map((code) => actions.get(code)).findLast((each) => each !== undefined);

/** @param {Record<string, any>} space @returns {Keymap | null} */
function numbered({ n, start }) {
  if (n > 10) return null;
  /** @type {Map<string, number>} */
  const actions = new Map(Array.from({ length: n }, (_, i) => [`Digit${i}`, start + i]));
  const legend = /** @type {[string, string][]} */ ([[`0–${n - 1}`, "the action of that number"]]);
  return { legend, idle: undefined, actionOf: (pressed) => lastOf(pressed, actions) };
}

/** A stick and a button: the action that has the most of what is pressed, and nothing else.
 * @param {string[]} meanings - As the Arcade Learning Environment has them: UPLEFTFIRE.
 * @returns {Keymap} */
function joystick(meanings) {
  const parts = ["UP", "DOWN", "LEFT", "RIGHT", "FIRE"];
  const actions = meanings.map((meaning) => parts.filter((part) => meaning.includes(part)));
  /** @param {Set<string>} pressed */
  const actionOf = (pressed) => {
    const wanted = new Set(KEYS.filter(([codes]) => codes.some((code) => pressed.has(code))).map(([, , words]) =>
      parts.find((part) => words.test(part))));
    if (pressed.has("Space")) wanted.add("FIRE");
    const possible = actions.map((action) => (action.every((part) => wanted.has(part)) ? action.length : -1));
    return possible.indexOf(Math.max(...possible));
  };
  const legend = /** @type {[string, string][]} */ ([["← → ↑ ↓", "the stick"], ["Space", "the button"]]);
  return { legend, idle: meanings.indexOf("NOOP"), actionOf };
}

/** Arrows push the first two numbers to their bounds; a car is steered.
 * @param {Record<string, any>} entry
 * @returns {Keymap | null} */
function continuous({ env_id, action_space: { low, high, shape } }) {
  const size = shape[0];
  const bound = (/** @type {any} */ bounds, /** @type {number} */ i) => Number(Array.isArray(bounds) ? bounds[i] : bounds);
  const car = familyOf(env_id) === "CarRacing";
  if (size > 2 && !car) return null;
  const idle = Array.from({ length: size }, (_, i) => Math.min(Math.max(0, bound(low, i)), bound(high, i)));
  /** @param {Set<string>} pressed */
  const actionOf = (pressed) => {
    const action = [...idle];
    const held = (/** @type {number} */ key) => KEYS[key][0].some((code) => pressed.has(code));
    if (held(0)) action[0] = bound(low, 0);
    if (held(1)) action[0] = bound(high, 0);
    if (held(2) && size > 1) action[1] = bound(high, 1);
    // A car's last number is its brake, for which full would be the wheels locked.
    if (held(3) && size > 1) action[size - 1] = car ? 0.8 : bound(low, 1);
    return action;
  };
  /** @type {[string, string][]} */
  const across = [["← →", car ? "steer" : "the first number to its bounds"]];
  /** @type {[string, string][]} */
  const along = [["↑ ↓", car ? "gas and brake" : "the second number to its bounds"]];
  return { legend: size > 1 ? [...across, ...along] : across, idle, actionOf };
}
