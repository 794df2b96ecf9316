/** The data of `console.table` as rows of text. */

import { shown } from "./inspect.js";

/** `more` is the number of rows left out. @typedef {{columns: string[], rows: string[][], more: number}} Table */

const MOST_ROWS = 50;
const MOST_COLUMNS = 20;
const LONGEST_CELL = 100;

/**
 * @param {unknown} data
 * @param {unknown} [wanted] - The columns, if not all.
 * @returns {Table | null} Null if it is not an object and has no rows.
 */
export function tableOf(data, wanted) {
  if (typeof data !== "object" || data === null) return null;
  const [entries, count] = entriesOf(data);
  const chosen = Array.isArray(wanted) ? wanted.map(String) : null;
  const found = chosen ?? [...new Set(entries.flatMap(([, row]) => keysOf(row)))];
  const names = found.slice(0, MOST_COLUMNS);
  const plain = !chosen && entries.some(([, row]) => typeof row !== "object" || row === null);
  const rows = entries.map(([index, row]) => {
    const whole = typeof row !== "object" || row === null;
    const cells = names.map((name) => (whole || !Object.hasOwn(row, name) ? "" : cell(Reflect.get(row, name))));
    return [cell(index), ...cells, ...(plain ? [whole ? cell(row) : ""] : [])];
  });
  return { columns: ["(index)", ...names.map(cell), ...(plain ? ["Value"] : [])], rows, more: count - rows.length };
}

/** The first rows, and the number of all. @param {object} data @returns {[[unknown, unknown][], number]} */
function entriesOf(data) {
  if (data instanceof Map) return [[...data.entries()].slice(0, MOST_ROWS), data.size];
  if (data instanceof Set) return [[...data].slice(0, MOST_ROWS).map((row, i) => [i, row]), data.size];
  const keys = Object.keys(data);
  return [keys.slice(0, MOST_ROWS).map((key) => [key, Reflect.get(data, key)]), keys.length];
}

/** @param {unknown} row */
const keysOf = (row) => (typeof row === "object" && row !== null ? Object.keys(row).slice(0, MOST_COLUMNS) : []);

/** @param {unknown} value */
function cell(value) {
  const text = shown(value);
  return text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL - 1)}…` : text;
}
