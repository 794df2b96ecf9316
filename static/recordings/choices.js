/** Which recordings are shown, and in which order. */

import { rewardOf } from "../timeline/track.js";

/** @typedef {import("../page/recording.js").Recording} Recording */

/** @type {Record<string, (a: Recording, b: Recording) => number>} */
const ORDERS = {
  newest: (a, b) => b.used.localeCompare(a.used),
  return: (a, b) => rewardOf(b.episode_return) - rewardOf(a.episode_return),
  steps: (a, b) => b.steps - a.steps,
  name: (a, b) => (a.name || a.env_id).localeCompare(b.name || b.env_id),
};

/**
 * @param {Recording[]} all
 * @param {string} filter - Words that must all be in the environment, the name or the id.
 * @param {string} order
 * @returns {Recording[]}
 */
export function chosen(all, filter, order) {
  const words = filter.toLowerCase().split(/\s+/);
  const within = (/** @type {Recording} */ { env_id, name, instance_id }) => `${env_id} ${name} ${instance_id}`.toLowerCase();
  return all.filter((each) => words.every((word) => within(each).includes(word))).sort(ORDERS[order]);
}
