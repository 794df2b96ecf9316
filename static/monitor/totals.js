/** The totals of all environments. */

import { element, say } from "../page/elements.js";

const WINDOW_MS = 5_000;
const ACTIVE_MS = 3_000;

export class Totals {
  constructor() {
    /** Times and numbers of recent steps. @type {[number, number][]} */
    this.made = [];
  }

  /** @param {number} steps */
  count(steps) {
    if (steps) this.made.push([performance.now(), steps]);
  }

  /** @param {Iterable<import("./instance.js").Instance>} instances @param {number} now - In the service's time. */
  show(instances, now) {
    const all = [...instances];
    const since = performance.now() - WINDOW_MS;
    this.made = this.made.filter(([at]) => at > since);
    const steps = this.made.reduce((sum, [, made]) => sum + made, 0);
    say(element("total-count"), String(all.length));
    say(element("total-active"), String(all.filter(({ used }) => now - used < ACTIVE_MS).length));
    say(element("total-rate"), String(Math.round((steps * 1000) / WINDOW_MS)));
  }
}
