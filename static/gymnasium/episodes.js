/**
 * The recorded episodes of an environment: listed, whole, and filmed. `Env`'s methods load this when they are first
 * called.
 */

import { decodeNumbers } from "./arrays.js";
import { itemsOf, queryOf } from "./pages.js";
import { Rendering } from "./rendering.js";

/**
 * An episode in short. It began with a `reset`, or where recording or a fork's log did, or a `restore` went; `end` is null
 * while it goes on. `first` and `last` are the places of its calls.
 * @typedef {{number: number, start: "reset" | "log" | "record" | "restore",
 *   end: "terminated" | "truncated" | "reset" | "restore" | "off" | null, seed: number | string | null, steps: number,
 *   return: number, first: string, last: string, began: string, ended: string}} Episode
 */
/**
 * Its transitions: of observations, and of infos, there is one more, the first of which came before all actions.
 * @typedef {{episode: Episode, observations: any[], actions: any[], rewards: number[], terminations: boolean[],
 *   truncations: boolean[], infos?: import("../gymnasium.js").Info[]}} Transitions
 */
/**
 * The steps of the first and of the last observation, by default all; whether infos come too; and of a vector environment,
 * which of its environments, by default 0.
 * @typedef {{from?: number, to?: number, infos?: boolean, env?: number}} Part
 */

/** The kind of file, by default the better one that the server can make; pictures a second, by default as many as the
 * environment's; the greatest width in pixels; and a part.
 * @typedef {{format?: "mp4" | "webp", fps?: number, width?: number, from?: number, to?: number, env?: number}} Film */

/** @typedef {import("../gymnasium.js").Env<any, any>} AnyEnv */

/** @param {AnyEnv} env @param {{env?: number, after?: number}} [options] @returns {AsyncGenerator<Episode, void, void>} */
export async function* episodes(env, options) {
  for await (const each of itemsOf(env.connection, `${env.path}episodes/`, "episodes", options)) {
    yield { ...each, return: decodeNumbers(each.return) };
  }
}

/** @param {AnyEnv} env @param {number} number @param {Part} [part] @returns {Promise<Transitions>} */
export async function episode(env, number, { infos, ...part } = {}) {
  const query = queryOf({ ...part, include: infos ? "infos" : undefined });
  const reply = await env.connection.read(`${env.path}episodes/${number}/${query}`);
  return {
    ...reply,
    episode: { ...reply.episode, return: decodeNumbers(reply.episode.return) },
    observations: reply.observations.map((/** @type {any} */ each) => env.observationSpace.decode(each)),
    actions: reply.actions.map((/** @type {any} */ each) => env.actionSpace.decode(each)),
    rewards: decodeNumbers(reply.rewards),
  };
}

/** @param {AnyEnv} env @param {number} number @param {Film} [film] @returns {Promise<Blob>} */
export function video({ connection, path }, number, film = {}) {
  return connection.film(`${path}episodes/${number}/video/${queryOf(film)}`);
}

/** @param {AnyEnv} env @param {import("./past.js").Place} revision @param {{env?: number}} [options] */
export async function frame({ connection, path }, revision, options = {}) {
  return new Rendering(await connection.read(`${path}at/${encodeURIComponent(revision)}/render/${queryOf(options)}`));
}
