/** The methods of the agent's `console`, which write to the page: https://console.spec.whatwg.org. */

import { format } from "./format.js";
import { inspect } from "./inspect.js";
import { tableOf } from "./table.js";

/** @typedef {import("./output.js").Output} Output */

const LEVELS = /** @type {const} */ (["debug", "log", "info", "warn", "error"]);
const DEEPEST = 8;
const MOST_LABELS = 1000;

/**
 * Replace the console's methods.
 * @param {Output} output
 * @param {Record<string, any>} [target]
 */
export function captureConsole(output, target = console) {
  let depth = 0;
  const write = (/** @type {string} */ level, /** @type {string} */ text) => output.write({ level, text, depth });
  for (const level of LEVELS) target[level] = (/** @type {unknown[]} */ ...values) => write(level, format(values));
  Object.assign(target, timers(write), counters(write), {
    dir: (/** @type {unknown} */ value) => write("log", inspect(value)),
    dirxml: target.log,
    table(/** @type {unknown} */ data, /** @type {unknown} */ columns) {
      const table = tableOf(data, columns);
      if (table) output.write({ level: "log", text: "", depth, table });
      else target.log(data);
    },
    assert(/** @type {unknown} */ condition, /** @type {unknown[]} */ ...values) {
      if (condition) return;
      const [first, ...rest] = values;
      const message = typeof first === "string" ? format([`Assertion failed: ${first}`, ...rest]) : format(["Assertion failed", ...values]);
      write("error", message);
    },
    trace(/** @type {unknown[]} */ ...values) {
      write("log", `${format(["Trace", ...values])}${linesOf(new Error().stack)}`);
    },
    group(/** @type {unknown[]} */ ...values) {
      write("log", values.length ? format(values) : "console.group");
      depth = Math.min(depth + 1, DEEPEST);
    },
    groupEnd() {
      depth = Math.max(depth - 1, 0);
    },
    clear() {
      depth = 0;
      output.clear();
    },
  });
  target.groupCollapsed = target.group;
}

/** @param {(level: string, text: string) => void} write */
function timers(write) {
  /** @type {Map<string, number>} */
  const began = new Map();
  const tell = (/** @type {string} */ label, /** @type {unknown[]} */ values) => {
    const at = began.get(label);
    if (at === undefined) return write("warn", `Timer '${label}' does not exist`);
    write("log", [`${label}: ${(performance.now() - at).toFixed(2)} ms`, ...(values.length ? [format(values)] : [])].join(" "));
  };
  return {
    time(label = "default") {
      if (began.has(String(label))) write("warn", `Timer '${label}' already exists`);
      else if (began.size < MOST_LABELS) began.set(String(label), performance.now());
    },
    timeLog: (label = "default", /** @type {unknown[]} */ ...values) => tell(String(label), values),
    timeEnd(label = "default") {
      tell(String(label), []);
      began.delete(String(label));
    },
  };
}

/** @param {(level: string, text: string) => void} write */
function counters(write) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  return {
    count(label = "default") {
      const count = (counts.get(String(label)) ?? 0) + 1;
      if (counts.size < MOST_LABELS || count > 1) counts.set(String(label), count);
      write("log", `${label}: ${count}`);
    },
    countReset(label = "default") {
      if (!counts.delete(String(label))) write("warn", `Count for '${label}' does not exist`);
    },
  };
}

/** The lines of the agent's code in a stack trace. @param {string | undefined} stack */
const linesOf = (stack) => [...(stack ?? "").matchAll(/\bagent\.js:(\d+)/g)].map(([, line]) => `\n  at line ${line}`).join("");
