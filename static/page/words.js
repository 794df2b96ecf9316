/** Spaces, actions and observations in words. */

/** @typedef {Record<string, any>} Description */

/**
 * Names of actions in the order of their numbers, from Gymnasium's documentation, by id without version.
 * @type {Record<string, string[]>}
 */
const ACTIONS = {
  "CartPole": ["push left", "push right"],
  "MountainCar": ["accelerate left", "coast", "accelerate right"],
  "Acrobot": ["torque −1", "no torque", "torque +1"],
  "LunarLander": ["do nothing", "fire left engine", "fire main engine", "fire right engine"],
  "FrozenLake": ["left", "down", "right", "up"],
  "FrozenLake8x8": ["left", "down", "right", "up"],
  "CliffWalking": ["up", "right", "down", "left"],
  "CliffWalkingSlippery": ["up", "right", "down", "left"],
  "Taxi": ["south", "north", "east", "west", "pick up", "drop off"],
  "Blackjack": ["stick", "hit"],
};

/** An id without its version. @param {string} envId */
export const familyOf = (envId) => envId.replace(/-v\d+$/, "");

/**
 * The names of a Discrete space's actions; null if there are none.
 * @param {Description} entry - Of the catalogue.
 * @returns {string[] | null}
 */
export function actionNames({ env_id, action_meanings }) {
  const family = familyOf(env_id);
  return action_meanings ?? (Object.hasOwn(ACTIONS, family) ? ACTIONS[family] : null);
}

/** @param {number} n @param {string} noun */
const counted = (n, noun) => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** @param {number} number */
const short = (number) => String(Number(number.toPrecision(4))).replace("-", "−");

/** A bound that is the same for every item, else null. @param {any} bound @returns {number | null} */
function uniform(bound) {
  const numbers = [bound].flat(Infinity).map(Number);
  return numbers.every((each) => each === numbers[0]) ? numbers[0] : null;
}

/** @param {any} low @param {any} high */
function range(low, high) {
  const [from, to] = [uniform(low), uniform(high)];
  if (from === null || to === null) return "each in its own range";
  if (from === -Infinity && to === Infinity) return "of any size";
  return `from ${short(from).replace("Infinity", "∞")} to ${short(to).replace("Infinity", "∞")}`;
}

/**
 * @param {Description | null} space - From the catalogue; null if it is only known after creation.
 * @returns {string}
 */
export function spaceInWords(space) {
  if (!space) return "known after creation";
  const { name, shape } = space;
  const size = (shape ?? []).reduce((/** @type {number} */ all, /** @type {number} */ axis) => all * axis, 1);
  if (name === "Discrete") return `one of ${space.n}`;
  if (name === "MultiBinary") return counted(size, "switch").replace("switchs", "switches");
  if (name === "MultiDiscrete") return `${counted(size, "choice")} at once`;
  if (name === "Box" && shape.length === 3 && space.dtype === "uint8") return `a picture, ${shape[1]} × ${shape[0]}`;
  if (name === "Box" && shape.length > 1) return `an array of ${shape.join(" × ")} numbers`;
  if (name === "Box") return `${counted(size, "number")} ${range(space.low, space.high)}`;
  if (name === "Tuple") return space.spaces.map(spaceInWords).join(", ");
  if (name === "Dict") {
    return space.keys.map((/** @type {string} */ key) => `${key}: ${spaceInWords(space.spaces[key])}`).join(", ");
  }
  return name;
}

/** @param {any} value @param {number} [most] - Numbers shown. @returns {string} */
export function valueInWords(value, most = 8) {
  if (value === undefined) return "–";
  if (typeof value === "number") return short(value);
  if (!Array.isArray(value)) return shortened(JSON.stringify(value), 80);
  const axes = [];
  for (let row = value; Array.isArray(row); row = row[0]) axes.push(row.length);
  if (axes.length > 1) return `${axes.join(" × ")} array`;
  const shown = value.slice(0, most).map((item) => valueInWords(item, most));
  return `[${shown.join(", ")}${value.length > most ? `, … ${value.length} numbers` : ""}]`;
}

/** @param {string} text @param {number} length */
const shortened = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
