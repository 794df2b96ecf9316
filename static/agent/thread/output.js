/** The agent's console output, sent in batches: many single messages would block the page. */

const EVERY_MS = 50;
/** Messages that may be sent at once, after a pause: what is printed before an endless loop is seen. */
const BURST = 20;
/** A row of a table counts as a line. */
const MOST_LINES = 200;
const LONGEST = 2000;

/** @typedef {import("./table.js").Table} Table */
/** `depth` is the number of groups that it is in.
 * @typedef {{level: string, text: string, depth: number, table?: Table}} Line */

export class Output {
  /** @param {MessagePort} port */
  constructor(port) {
    this.port = port;
    /** @type {Line[]} */
    this.lines = [];
    this.count = 0;
    this.dropped = 0;
    this.sent = 0;
    this.credit = BURST;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {Line} line */
  write(line) {
    const count = 1 + (line.table?.rows.length ?? 0);
    if (this.count + count > MOST_LINES) this.dropped++;
    else {
      this.count += count;
      this.lines.push({ ...line, text: line.text.slice(0, LONGEST) });
    }
    this.#soon();
  }

  /** Remove what was written before. */
  clear() {
    this.lines = [{ level: "clear", text: "", depth: 0 }];
    this.count = 1;
    this.dropped = 0;
    this.#soon();
  }

  #soon() {
    const now = performance.now();
    this.credit = Math.min(this.credit + (now - this.sent) / EVERY_MS, BURST);
    this.sent = now;
    // In a loop that never yields, timers do not fire.
    if (this.credit >= 1) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), EVERY_MS);
  }

  /** Send what was collected. */
  flush() {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.lines.length) return;
    this.credit -= 1;
    this.port.postMessage({ kind: "lines", lines: this.lines, dropped: this.dropped });
    Object.assign(this, { lines: [], count: 0, dropped: 0 });
  }
}
