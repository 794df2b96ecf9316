/**
 * What was recorded of an environment, made again on the server: every call since `recording`, and what it returned.
 * `Env`'s methods load this when they are first called.
 */

import { decodeNumbers } from "./arrays.js";
import { NotVerified } from "./errors.js";
import { itemsOf } from "./pages.js";
import { Rendering } from "./rendering.js";

/** @typedef {import("./state.js").Place} Place */
/**
 * One recorded call. `index` is its number within a rollout, else null; reward and flags are null where it was no step.
 * @template [Reward=number]
 * @template [Flag=boolean]
 * @typedef {{revision: number, index: number | null, episode: number, step: number,
 *   call: "reset" | "step" | "sample" | "render" | "restore" | null, action: any, reward: Reward | null,
 *   terminated: Flag | null, truncated: Flag | null, arguments: Record<string, any> | null, time: string}} Row
 */
/**
 * A recorded call with what it returned: a reset or a step `observation` and `info`, a sample `sample`, and a call of
 * `render` the `rendering`.
 * @template [Reward=number]
 * @template [Flag=boolean]
 * @typedef {Row<Reward, Flag> & {observation?: any, info?: import("../gymnasium.js").Info, sample?: any,
 *   rendering?: Rendering}} Past
 */

/** @typedef {import("../gymnasium.js").Env<any, any>} AnyEnv */

/** @param {AnyEnv} env @param {{after?: Place}} [options] @returns {AsyncGenerator<Row<any, any>, void, void>} */
export async function* history(env, options) {
  for await (const row of itemsOf(env.connection, `${env.path}history/`, "rows", options)) yield decoded(env, row);
}

/** @param {AnyEnv} env @param {Place} revision @returns {Promise<Past<any, any>>} */
export async function at(env, revision) {
  const { render_mode, content_type, encoding, data, ...reply } = await env.connection.read(
    `${env.path}at/${encodeURIComponent(revision)}/`,
  );
  return {
    ...decoded(env, reply),
    ...("observation" in reply && { observation: env.observationSpace.decode(reply.observation) }),
    ...("sample" in reply && { sample: decodeNumbers(reply.sample) }),
    ...(render_mode !== undefined && { rendering: new Rendering({ render_mode, content_type, encoding, data }) }),
  };
}

/** @param {AnyEnv} env @param {{onProgress?: (calls: number) => void}} [options] @returns {Promise<number>} */
export async function verify(env, { onProgress } = {}) {
  let calls = 0;
  for (let from; from !== null; ) {
    const reply = await env.connection.read(`${env.path}verify/`, { from });
    calls += reply.calls;
    if (!reply.verified) {
      const detail = `The call that made revision ${reply.at} differs: ${reply.reason}.`;
      throw new NotVerified(200, { ...reply, detail });
    }
    onProgress?.(calls);
    from = reply.next;
  }
  return calls;
}

/** @param {AnyEnv} env @param {any} row */
function decoded(env, row) {
  const action = row.action === null ? null : env.actionSpace.decode(row.action);
  return { ...row, action, reward: decodeNumbers(row.reward) };
}
