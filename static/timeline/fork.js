/** Forks of the past. */

/**
 * @param {import("../gymnasium/connection.js").Connection} connection
 * @param {import("./track.js").Point} point - One that was recorded.
 * @returns {Promise<string>} The id of the fork.
 */
export async function forkAt(connection, { instance, place }) {
  const { instance_ids } = await connection.change("POST", `/v1/envs/${instance}/fork/`, { count: 1, revision: place });
  return instance_ids[0];
}
