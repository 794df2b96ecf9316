/** What a copy makes again: the last episode on the stage, from a beginning that can be had again. */

/** @typedef {import("./history.js").Made} Made */
/** @typedef {import("./history.js").Beginning} Beginning */

/**
 * @typedef {object} Episode
 * @property {string} url - The service's address.
 * @property {boolean} keyed - Whether it wants an API key, which copies read from GYM_HTTP_API_KEY.
 * @property {Beginning} beginning
 * @property {Made[]} before - Calls whose replies are not shown.
 * @property {Made[]} calls - Those whose replies are.
 */

const MOST_SHOWN = 1000;
const STEPS_AT_ONCE = 100;

/**
 * The last episode of all calls. What was before it is made again by as few calls as possible.
 * @param {Made[]} calls
 * @returns {{before: Made[], calls: Made[]}}
 */
export function lastEpisode(calls) {
  const reset = calls.findLastIndex(({ path }) => path === "reset/");
  const from = Math.max(reset, calls.length - MOST_SHOWN, 0);
  return { before: joined(calls.slice(0, from)), calls: calls.slice(from) };
}

/** Steps that follow each other as rollouts, which give the same. @param {Made[]} calls @returns {Made[]} */
function joined(calls) {
  /** @type {Made[]} */
  const fewer = [];
  /** @type {any[]} */
  let actions = [];
  for (const { path, body } of calls) {
    if (path !== "step/") actions = [];
    if (path === "step/" && actions.length % STEPS_AT_ONCE === 0) {
      actions = [];
      fewer.push({ path: "rollout/", body: { actions, include: [], on_end: "continue" } });
    }
    if (path === "step/") actions.push(body.action);
    else fewer.push({ path, body: path === "rollout/" ? { ...body, include: [] } : body });
  }
  return fewer;
}

/** @param {Beginning} beginning @returns {[path: string, body: Record<string, any>]} The call that begins it. */
export const beginningOf = (beginning) => ("fork" in beginning ? [`${beginning.fork}/fork/`, { count: 1 }] : ["", "creation" in beginning ? beginning.creation : {}]);

/** What the reader of a copy should know. @param {Beginning} beginning @returns {string[]} */
export const remarks = (beginning) => ("fork" in beginning ? [`Begins from a kept state, the environment ${beginning.fork}, which expires a week after its making.`] : []);
