/** The arguments of `console.log` as text, with `%s` and its kind: https://console.spec.whatwg.org/#formatter. */

import { inspect, shown } from "./inspect.js";

/** @type {Record<string, (value: unknown) => string>} */
const FORMATS = {
  s: (value) => (typeof value === "object" && value !== null ? inspect(value) : String(value)),
  d: integer,
  i: integer,
  f: (value) => (typeof value === "symbol" ? "NaN" : String(Number.parseFloat(String(value)))),
  o: inspect,
  O: inspect,
  // A style, which this console does not apply.
  c: () => "",
};

/** @param {unknown[]} values @returns {string} */
export function format(values) {
  const [first, ...rest] = values;
  if (typeof first !== "string" || !rest.length) return values.map(shown).join(" ");
  const text = first.replaceAll(/%([sdifoOc%])/g, (whole, kind) => {
    if (kind === "%") return "%";
    return rest.length ? FORMATS[kind](rest.shift()) : whole;
  });
  return [text, ...rest.map(shown)].join(" ");
}

/** @param {unknown} value */
function integer(value) {
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "symbol" ? "NaN" : String(Number.parseInt(String(value), 10));
}
