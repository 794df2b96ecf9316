/** What a server has: the environments that it can make and those that exist, its health. */

import { Connection } from "./connection.js";

/** @typedef {import("./connection.js").ConnectionOptions} ConnectionOptions */

/**
 * The environments that can be created, with spaces (for `makeSpace`), render modes and limits.
 * @param {ConnectionOptions & {envId?: string}} [options] - `envId` for only that one.
 * @returns {Promise<Record<string, any>[]>}
 */
export async function catalog({ envId, ...options } = {}) {
  const query = envId === undefined ? "" : `?env_id=${encodeURIComponent(envId)}`;
  return (await new Connection(options).read(`/v1/catalog/${query}`)).environments;
}

/**
 * The existing instances: a map from instance id to environment id.
 * @param {ConnectionOptions & {most?: number}} [options]
 * @returns {Promise<Record<string, string>>}
 */
export async function instances(options) {
  return (await import("./pages.js")).readPages("/v1/envs/", options);
}

/**
 * Check the service, and get its versions. Needs no API key.
 * @param {ConnectionOptions} [options]
 * @returns {Promise<{status: "ok", store: string, version: string, gymnasium: string}>}
 */
export function health(options) {
  return new Connection(options).read("/v1/health/");
}

/**
 * The environments that have recorded calls, closed ones too, for `for await`.
 * @param {ConnectionOptions} [options]
 * @returns {AsyncGenerator<Record<string, any>, void, void>}
 */
export async function* recordings(options) {
  yield* (await import("./pages.js")).itemsOf(new Connection(options), "/v1/recordings/", "recordings");
}
