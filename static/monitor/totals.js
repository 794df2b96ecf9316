/** The totals of all environments. */

import { element, say } from "../page/elements.js";

/**
 * @param {Iterable<import("./instance.js").Instance>} instances
 * @param {number} now - In the service's time.
 */
export function showTotals(instances, now) {
  const all = [...instances];
  const rate = all.reduce((sum, instance) => sum + instance.rate(now), 0);
  say(element("total-count"), String(all.length));
  say(element("total-active"), String(all.filter((instance) => instance.state(now) === "stepping").length));
  say(element("total-rate"), rate && rate < 10 ? rate.toFixed(1) : String(Math.round(rate)));
}
