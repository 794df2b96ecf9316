/** The console: what the agent printed, and errors with a link to their line. */

import { make } from "../../page/elements.js";

/** @typedef {import("../thread/output.js").Line} Line */
/** @typedef {import("../thread/output.js").Table} Table */

/** A row of a table counts as a line. */
const MOST_LINES = 1000;
const LONGEST = 2000;
const LONGEST_CELL = 200;
const MOST_CELLS = 30;
const LEVELS = new Set(["debug", "log", "info", "warn", "error", "note"]);
const DEEPEST = 8;

export class Console {
  /**
   * @param {HTMLElement} place - A list.
   * @param {(line: number) => void} onLine - Called to show a line of the code.
   */
  constructor(place, onLine) {
    this.place = place;
    this.onLine = onLine;
    /** @type {HTMLElement[]} */
    this.waiting = [];
    this.count = 0;
  }

  /**
   * Lines from a thread, which may run a stranger's code: they are bounded here, and shown as text.
   * @param {Line[]} lines
   * @param {number} dropped - The number of lines left out.
   */
  write(lines, dropped = 0) {
    let count = 0;
    for (const line of lines) {
      count += 1 + (line.table?.rows.length ?? 0);
      if (count > MOST_LINES) break;
      if (line.level === "clear") this.clear();
      else this.#add(itemOf(line));
    }
    if (dropped > 0) this.#add(make("li", { "data-level": "warn" }, `… ${dropped} more lines are not shown.`));
  }

  /** A message from the page. @param {string} text @param {Node[]} more */
  note(text, ...more) {
    this.#add(make("li", { "data-level": "note" }, text, ...more));
  }

  /** @param {import("../run/runner.js").Failure} failure */
  fail({ name, message, line }) {
    const item = make("li", { "data-level": "error" }, `${name}: ${message} `);
    if (line !== null) {
      const button = make("button", { type: "button" }, `line ${line}`);
      button.addEventListener("click", () => this.onLine(line));
      item.append(button);
    }
    this.#add(item);
  }

  /** Remove all lines. */
  clear() {
    this.waiting = [];
    this.count = 0;
    this.place.replaceChildren();
  }

  /** Lines are inserted once per frame. @param {HTMLElement} item */
  #add(item) {
    if (!this.waiting.length) requestAnimationFrame(() => this.#show());
    this.waiting.push(item);
    if (this.waiting.length > MOST_LINES) this.waiting.splice(0, this.waiting.length - MOST_LINES);
  }

  #show() {
    const { place } = this;
    const atEnd = place.scrollTop + place.clientHeight >= place.scrollHeight - 8;
    for (const item of this.waiting) this.count += weightOf(item);
    place.append(...this.waiting);
    this.waiting = [];
    for (let first = place.firstElementChild; first && this.count > MOST_LINES; first = place.firstElementChild) {
      this.count -= weightOf(first);
      first.remove();
    }
    if (atEnd) place.scrollTop = place.scrollHeight;
  }
}

/** The number of lines that an item counts as. @param {Element} item */
const weightOf = (item) => 1 + item.querySelectorAll("tr").length;

/** @param {Line} line */
function itemOf({ level, text, depth, table }) {
  const item = make("li", { "data-level": LEVELS.has(level) ? level : "log" });
  item.style.setProperty("--depth", String(Math.min(Math.max(Math.trunc(Number(depth)) || 0, 0), DEEPEST)));
  if (table) item.append(tableElement(table));
  else item.append(bounded(text));
  return item;
}

/** @param {Table} table */
function tableElement({ columns, rows, more }) {
  const row = (/** @type {"th" | "td"} */ kind, /** @type {string[]} */ cells) =>
    make("tr", {}, ...Array.from(cells).slice(0, MOST_CELLS).map((cell) => make(kind, {}, bounded(cell, LONGEST_CELL))));
  const head = make("thead", {}, row("th", columns));
  const body = make("tbody", {}, ...Array.from(rows).slice(0, MOST_LINES).map((cells) => row("td", cells)));
  const caption = more > 0 ? [make("caption", { class: "note" }, `… ${Number(more)} more rows are not shown.`)] : [];
  return make("table", {}, ...caption, head, body);
}

/** @param {unknown} text */
const bounded = (text, longest = LONGEST) => String(text).slice(0, longest);
