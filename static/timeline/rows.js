/** Reads points from the log of an instance. */

import { decodeNumbers } from "../gymnasium/arrays.js";

/** @typedef {import("./track.js").Made} Made */

/** @typedef {{revision: number, index: number | null, episode: number, step: number, call: string | null, action: any,
 *   reward: any, terminated: any, truncated: any}} Row - Of `history/`. */

const SHOWN = new Set(["reset", "step", "restore"]);

/**
 * @param {import("../gymnasium/connection.js").Connection} connection
 * @param {string} id - Of the instance.
 * @param {{after?: number, to?: number, most: number}} which - The revisions after one, up to another; so many at most.
 * @returns {Promise<Made[]>}
 */
export async function readPoints(connection, id, { after = 0, to = Infinity, most }) {
  /** @type {Made[]} */
  const points = [];
  let next = /** @type {string | null} */ (String(after));
  /** @type {any} */
  let sum;
  while (next !== null && points.length < most) {
    const page = await connection.read(`/v1/envs/${encodeURIComponent(id)}/history/?after=${next}&limit=1000`);
    for (const row of page.rows) {
      if (row.revision > to) return points;
      if (!SHOWN.has(row.call)) continue;
      sum = sumAfter(row, sum);
      points.push(pointOf(id, row, sum));
    }
    next = page.next;
  }
  return points;
}

/** @param {string} id @param {Row} row @param {any} sum @returns {Made} */
function pointOf(id, { revision, index, call, ...row }, sum) {
  const place = index === null ? String(revision) : `${revision}.${index}`;
  const ended = [row.terminated, row.truncated].flat(Infinity).includes(true);
  const { episode, step } = row;
  const kind = /** @type {Made["call"]} */ (call);
  const of = { instance: id, place, call: kind, episode, step };
  return kind === "step" ? { ...of, action: row.action, reward: decodeNumbers(row.reward), sum, ended } : { ...of, sum, ended };
}

/** The return after a row; undefined where the log begins within an episode, or one was gone back to.
 * @param {Row} row @param {any} before */
function sumAfter({ call, step, reward }, before) {
  if (call === "reset") return 0;
  if (call === "restore") return undefined;
  const numbers = decodeNumbers(reward);
  if (step === 1) return numbers;
  if (before === undefined) return undefined;
  return Array.isArray(numbers) ? numbers.map((each, i) => each + (Array.isArray(before) ? before[i] : before)) : before + numbers;
}
