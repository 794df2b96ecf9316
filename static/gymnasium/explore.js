/**
 * Many futures of an environment's state in one call; `Env.explore` loads this when it is first called.
 */

import { decodeNumbers } from "./arrays.js";
import { stateOf } from "./state.js";

/** Sequences of actions, all of one length, or a number of drawn ones: sequence i by the seed and i alone.
 * @typedef {ArrayLike<ArrayLike<any>> | {policy: "random" | "repeat", count: number, steps: number, seed?: number,
 *   probability?: number}} Sequences */
/** What can be told of each future; observations and infos are the last ones.
 * @typedef {"returns" | "steps" | "terminations" | "truncations" | "observations" | "actions" | "rewards" | "infos"}
 *   Column */
/**
 * What to return of each future, by default returns, steps and flags; what follows the end of an episode, by default
 * nothing; the weight of each reward against the one before; a seed with which future i has the generators of fork i;
 * where the futures begin, at a checkpoint or at a recorded revision, R or "R.k"; and which become environments.
 * @typedef {{include?: Column[], onEnd?: "stop" | "reset", discount?: number, reseed?: number,
 *   checkpoint?: string | import("../gymnasium.js").Checkpoint, revision?: import("./state.js").Place,
 *   keep?: {best: number} | {indices: number[]}}} ExploreOptions
 */
/**
 * What was included, a value for each future, and an environment for each that was kept.
 * @template [Reward=number]
 * @template [Flag=boolean]
 * @typedef {{returns?: Reward[], steps?: number[], terminations?: Flag[], truncations?: Flag[], observations?: any[],
 *   actions?: any[][], rewards?: Reward[][], infos?: import("../gymnasium.js").Info[],
 *   kept: {index: number, env: import("../gymnasium.js").Env<Reward, Flag>}[]}} Futures
 */

/**
 * @param {import("../gymnasium.js").Env<any, any>} env
 * @param {Sequences} sequences
 * @param {ExploreOptions} [options]
 * @returns {Promise<Futures<any, any>>}
 * @throws {import("./errors.js").InvalidAction} `problem.sequence` and `problem.index` say which.
 */
export async function explore(env, sequences, { include, onEnd, discount, reseed, checkpoint, revision, keep } = {}) {
  const past = checkpoint !== undefined || revision !== undefined;
  const { kept, ...reply } = await env.connection.change("POST", `${env.path}explore/`, {
    ...("policy" in sequences ? sequences : { sequences }),
    ...{ include, on_end: onEnd, discount, reseed, keep, from: past ? stateOf({ checkpoint, revision }) : undefined },
  });
  const decode = (/** @type {any} */ last) => (last === null ? null : env.observationSpace.decode(last));
  const envs = await Promise.all(kept.map((/** @type {any} */ each) => env.twinElsewhere(each.instance_id)));
  return {
    ...reply,
    ...(reply.observations && { observations: reply.observations.map(decode) }),
    ...(reply.returns && { returns: decodeNumbers(reply.returns) }),
    ...(reply.rewards && { rewards: decodeNumbers(reply.rewards) }),
    kept: kept.map((/** @type {{index: number}} */ { index }, /** @type {number} */ i) => ({ index, env: envs[i] })),
  };
}
