/**
 * Values as text, in the notation of browsers' consoles. The text is bounded whatever the value is: in depth, in items
 * of each object, and in all. No getter is called.
 */

const DEEPEST = 4;
const MOST_ITEMS = 100;
/** Values in one text. */
const MOST_VALUES = 400;
const LONGEST_STRING = 1000;
/** A place in the agent's code in a stack trace. */
const PLACE = /\bagent\.js:(\d+)/;

/** @typedef {{values: number, above: object[]}} Progress - `above` are the objects that contain the value. */

/** @param {unknown} value @returns {string} */
export const inspect = (value) => inspectWithin(value, { values: 0, above: [] });

/** Strings as they are, and other values as `inspect` shows them. @param {unknown} value @returns {string} */
export const shown = (value) => (typeof value === "string" ? value : inspect(value));

/** @param {unknown} value @param {Progress} progress @returns {string} */
function inspectWithin(value, progress) {
  if (++progress.values > MOST_VALUES) return "…";
  if (typeof value === "string") return JSON.stringify(cut(value));
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `ƒ ${value.name || "(anonymous)"}`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  if (progress.above.includes(value)) return "[Circular]";
  if (progress.above.length >= DEEPEST) return Array.isArray(value) ? `Array(${value.length})` : `${nameOf(value) || "Object"} {…}`;
  const deeper = { ...progress, above: [...progress.above, value] };
  try {
    return inspectObject(value, deeper);
  } catch {
    // A proxy's traps may throw anything.
    return "[not readable]";
  } finally {
    progress.values = deeper.values;
  }
}

/** @param {object} value @param {Progress} progress */
function inspectObject(value, progress) {
  const of = (/** @type {unknown} */ each) => inspectWithin(each, progress);
  if (value instanceof Error) return `${value.name}: ${cut(value.message)}${placeOf(value)}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Map) return `Map(${value.size}) {${listed(value, ([key, item]) => `${of(key)} => ${of(item)}`, value.size)}}`;
  if (value instanceof Set) return `Set(${value.size}) {${listed(value, of, value.size)}}`;
  if (value instanceof DataView || value instanceof ArrayBuffer) return `${nameOf(value)}(${value.byteLength})`;
  if (ArrayBuffer.isView(value)) {
    const numbers = /** @type {Float64Array} */ (value);
    return `${nameOf(value)}(${numbers.length}) [${listed(numbers, of, numbers.length)}]`;
  }
  if (Array.isArray(value)) return inspectArray(value, progress, of);
  const name = nameOf(value);
  return `${name && name !== "Object" ? `${name} ` : ""}{${propertiesOf(value, Object.keys(value), progress)}}`;
}

/**
 * An array whose items have names as well, such as the result of a step, is shown by the names.
 * @param {unknown[]} value
 * @param {Progress} progress
 * @param {(item: unknown) => string} of
 */
function inspectArray(value, progress, of) {
  const named = value.length > MOST_ITEMS ? [] : Object.keys(value).slice(value.length);
  const all = named.length === value.length && named.length > 0;
  if (all && named.every((name, i) => Object.is(Reflect.get(value, name), value[i]))) {
    return `{${propertiesOf(value, named, progress)}}`;
  }
  const items = listed(value, of, value.length);
  return `[${[items, propertiesOf(value, named, progress)].filter(Boolean).join(", ")}]`;
}

/** @param {object} value @param {string[]} keys @param {Progress} progress */
function propertiesOf(value, keys, progress) {
  const property = (/** @type {string} */ key) => {
    const { get, value: held } = Object.getOwnPropertyDescriptor(value, key) ?? {};
    const name = /^[\w$]+$/.test(key) ? key : JSON.stringify(cut(key));
    return `${name}: ${get ? "(...)" : inspectWithin(held, progress)}`;
  };
  return listed(keys, property, keys.length);
}

/**
 * The first items, and how many more there are.
 * @template Item
 * @param {Iterable<Item>} items
 * @param {(item: Item) => string} of
 * @param {number} count
 */
function listed(items, of, count) {
  const texts = [];
  for (const item of items) {
    if (texts.length === MOST_ITEMS) break;
    const text = of(item);
    texts.push(text);
    if (text === "…") return texts.join(", ");
  }
  if (count > texts.length) texts.push(`… ${count - texts.length} more`);
  return texts.join(", ");
}

/** The name of the value's class; "" without one. @param {object} value */
function nameOf(value) {
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" ? cut(name) : "";
}

/** @param {Error} error */
function placeOf({ stack }) {
  const line = PLACE.exec(String(stack ?? ""))?.[1];
  return line ? ` (line ${line})` : "";
}

/** @param {string} text */
const cut = (text) => (text.length > LONGEST_STRING ? `${text.slice(0, LONGEST_STRING)}…` : text);
