/** The agent's console output, sent in batches: many single messages would block the page. */

const EVERY_MS = 50;
const MOST_LINES = 200;
const LONGEST = 2000;

/** @typedef {{level: string, text: string}} Line */

export class Output {
  /** @param {MessagePort} port */
  constructor(port) {
    this.port = port;
    /** @type {Line[]} */
    this.lines = [];
    this.dropped = 0;
    this.sent = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Replace the console's methods. */
  capture() {
    const levels = /** @type {const} */ (["debug", "log", "info", "warn", "error"]);
    for (const level of levels) console[level] = (...values) => this.write(level, values.map(shown).join(" "));
  }

  /** @param {string} level @param {string} text */
  write(level, text) {
    if (this.lines.length < MOST_LINES) this.lines.push({ level, text: text.slice(0, LONGEST) });
    else this.dropped++;
    // In a loop that never yields, timers do not fire.
    if (performance.now() - this.sent >= EVERY_MS) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), EVERY_MS);
  }

  /** Send what was collected. */
  flush() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sent = performance.now();
    if (!this.lines.length) return;
    this.port.postMessage({ kind: "lines", lines: this.lines, dropped: this.dropped });
    this.lines = [];
    this.dropped = 0;
  }
}

/** @param {unknown} value @returns {string} */
function shown(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (ArrayBuffer.isView(value)) return shown(Array.from(/** @type {any} */ (value)));
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value, (_, each) => (typeof each === "number" && !Number.isFinite(each) ? `${each}` : each));
  } catch {
    // It contains itself or a BigInt.
    return String(value);
  }
}
