/** What an environment's track notes of a call. */

/** @typedef {import("../../timeline/track.js").Made} Made */

/** The most numbers of an observation that a track keeps. */
const FEW = 32;

/**
 * @param {import("./instance.js").Instance} instance - After the call.
 * @param {{call: Made["call"], index?: number, ended?: boolean}} what - `index` among the calls that made the revision.
 * @returns {Made}
 */
export function madeBy({ id, recording, revision, ...after }, { call, index, ended = false }) {
  const { episode, steps, action, reward, observation, history } = after;
  const place = !recording || revision === null ? null : index === undefined ? `${revision}` : `${revision}.${index}`;
  const made = { instance: id, place, call, episode, step: steps, sum: after.return, ended };
  return {
    ...made,
    ...(call === "step" && { action, reward }),
    ...(isFew(observation) && { observation }),
    // A copy makes a rollout again as a whole.
    ...(index === undefined && { history }),
  };
}

/** @param {any} value */
function isFew(value) {
  return typeof value === "number" || (Array.isArray(value) && value.length <= FEW && !value.some(Array.isArray));
}
