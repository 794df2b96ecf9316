/** Nested lists, which stand for arrays, and objects with given keys. */

/** Nested lists of a shape, each item made from its indices.
 * @param {number[]} shape
 * @param {(at: number[]) => any} make
 * @param {number[]} [at]
 * @returns {any} */
export function build(shape, make, at = []) {
  if (at.length === shape.length) return make(at);
  return times(shape[at.length], (i) => build(shape, make, [...at, i]));
}

/** Whether nested lists have the shape and the test holds for every item.
 * @param {number[]} shape
 * @param {any} value
 * @param {(item: any, at: number[]) => boolean} test
 * @param {number[]} [at]
 * @returns {boolean} */
export function everyItem(shape, value, test, at = []) {
  if (at.length === shape.length) return test(value, at);
  const list = ArrayBuffer.isView(value) ? Array.from(/** @type {any} */ (value)) : value;
  if (!Array.isArray(list) || list.length !== shape[at.length]) return false;
  return list.every((row, i) => everyItem(shape, row, test, [...at, i]));
}

/** The item at the indices. A value that is not a list stands for every item.
 * @param {any} value
 * @param {number[]} at
 * @returns {any} */
export function item(value, at) {
  return Array.isArray(value) ? at.reduce((row, i) => row[i], value) : value;
}

/** Rows from columns; null if the columns differ in length.
 * @param {(any[] | null)[]} columns
 * @returns {any[][] | null} */
export function transposed(columns) {
  const length = columns[0]?.length ?? 0;
  if (columns.some((column) => column?.length !== length)) return null;
  return times(length, (i) => columns.map((column) => column?.[i]));
}

/** @param {any} value @param {string[]} keys @returns {boolean} */
export function hasKeys(value, keys) {
  return isObject(value) && Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key));
}

/** @param {any} value @returns {boolean} */
export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** @template T @param {number} n @param {(i: number) => T} make @returns {T[]} */
export function times(n, make) {
  return Array.from({ length: n }, (_, i) => make(i));
}
