/** The console: what the agent printed, and errors with a link to their line. */

import { make } from "../page/elements.js";

/** @typedef {import("./thread/output.js").Line} Line */

const MOST_LINES = 1000;

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
  }

  /** @param {Line[]} lines @param {number} dropped - The number of lines left out. */
  write(lines, dropped = 0) {
    for (const { level, text } of lines) this.#add(make("li", { "data-level": level }, text));
    if (dropped) this.#add(make("li", { "data-level": "warn" }, `… ${dropped} more lines are not shown.`));
  }

  /** A message from the page. @param {string} text @param {Node[]} more */
  note(text, ...more) {
    this.#add(make("li", { "data-level": "note" }, text, ...more));
  }

  /** @param {import("./runner.js").Failure} failure */
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
    place.append(...this.waiting);
    this.waiting = [];
    while (place.childElementCount > MOST_LINES) place.firstElementChild?.remove();
    if (atEnd) place.scrollTop = place.scrollHeight;
  }
}
