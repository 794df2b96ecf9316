/** Recordings as the service lists them, those of closed instances included. */

/**
 * @typedef {object} Recording
 * @property {string} instance_id
 * @property {string} env_id
 * @property {string} name - "" if it has none.
 * @property {number | null} num_envs
 * @property {number} episode - How many episodes were begun.
 * @property {number} steps - Of the last episode.
 * @property {any} episode_return - Of the last episode.
 * @property {boolean} ended
 * @property {string} created
 * @property {string} used
 * @property {number} revision
 * @property {boolean} recording - Whether its calls are recorded now.
 * @property {boolean} closed
 */
/**
 * @typedef {object} Episode
 * @property {number} number
 * @property {"terminated" | "truncated" | "reset" | "restore" | "off" | null} end - Null while it goes on.
 * @property {number | string | null} seed
 * @property {number} steps
 * @property {any} return
 * @property {string} first - The place of its first call.
 * @property {string} last
 * @property {string} began
 */
/** @typedef {import("../gymnasium/connection.js").Connection} Connection */

/** @param {Connection} connection @param {string} [after] @returns {AsyncGenerator<Recording[]>} Page by page. */
export async function* recordings(connection, after = "") {
  for (let next = /** @type {string | null} */ (after); next !== null; ) {
    const page = await connection.read(`/v1/recordings/${next && `?after=${encodeURIComponent(next)}`}`);
    yield page.recordings;
    next = page.next;
  }
}

/** One recording, which a list of those behind the id just before begins with.
 * @param {Connection} connection @param {string} id @returns {Promise<Recording | undefined>} */
export async function recordingOf(connection, id) {
  const before = (BigInt(`0x${id.replaceAll("-", "")}`) - 1n).toString(16).padStart(32, "0");
  const after = before.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  const page = await connection.read(`/v1/recordings/?limit=1&after=${after}`);
  return page.recordings.find((/** @type {Recording} */ { instance_id }) => instance_id === id);
}

/** @param {Connection} connection @param {string} id @returns {AsyncGenerator<Episode[]>} Page by page. */
export async function* episodes(connection, id) {
  for (let next = /** @type {number | null} */ (0); next !== null; ) {
    const page = await connection.read(`/v1/envs/${encodeURIComponent(id)}/episodes/?after=${next}`);
    yield page.episodes;
    next = page.next;
  }
}

/** @param {Connection} connection @param {string} id @param {number} number @returns {Promise<Episode | undefined>} */
export async function episodeOf(connection, id, number) {
  const page = await connection.read(`/v1/envs/${encodeURIComponent(id)}/episodes/?after=${number - 1}&limit=1`);
  return page.episodes.find((/** @type {Episode} */ each) => each.number === number);
}

/** The episode of a log that has a place.
 * @param {Connection} connection @param {string} id @param {string} place
 * @param {number} likely - The number that it has, unless the log has other ones, as of forks.
 * @returns {Promise<Episode | undefined>} */
export async function episodeAt(connection, id, place, likely) {
  const found = await episodeOf(connection, id, likely);
  if (found && holds(found, place)) return found;
  for await (const page of episodes(connection, id)) {
    const holding = page.find((each) => holds(each, place));
    if (holding) return holding;
  }
  return undefined;
}

/** Whether an episode has a place. @param {Episode} episode @param {string} place */
export function holds({ first, last }, place) {
  return !isBefore(place, first) && !isBefore(last, place);
}

/** @param {string} one @param {string} other */
function isBefore(one, other) {
  const [[revision, k = 0], [otherRevision, otherK = 0]] = [one, other].map((place) => place.split(".").map(Number));
  return revision < otherRevision || (revision === otherRevision && k < otherK);
}

/** How an episode ended. @type {Record<string, string>} */
const ENDS = {
  terminated: "terminated",
  truncated: "truncated",
  reset: "ended by a reset",
  restore: "ended by going back",
  off: "recorded no further",
};

/** @param {Episode} episode */
export const endInWords = ({ end }) => (end === null ? "going on" : (ENDS[end] ?? end));
