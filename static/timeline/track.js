/** What is known of the steps that an environment has made, in their order. */

/**
 * What came of a step, a reset, or a return to an earlier state.
 * @typedef {object} Made
 * @property {string} instance - The id of the instance whose log has it.
 * @property {string | null} place - Its place in that log, `R` or `R.k`; null if it was not recorded.
 * @property {"reset" | "step" | "restore"} call
 * @property {number} episode
 * @property {number} step - Steps of the episode after it.
 * @property {any} [action]
 * @property {any} [reward] - A list for a vector environment; undefined if it is not known.
 * @property {any} [sum] - The episode's return after it; undefined if it is not known.
 * @property {boolean} ended - Whether an episode ended with it.
 * @property {any} [observation] - Unless it is large.
 * @property {import("../agent/copies/history.js").History | null} [history] - How a copy makes it again.
 */
/** The same with its number, which stays when earlier ones are dropped. @typedef {Made & {number: number}} Point */

/** Of the episode that is under way as many as a copy may have, and of those before it fewer. */
const MOST = 100_000;
const MOST_BEFORE = 10_000;
/** So many are dropped at once. */
const SOME = 1000;

export class Track {
  /** @param {Point[]} [points] */
  constructor(points = []) {
    this.points = points;
    /** The last reset. @type {Point | undefined} */
    this.reset = points.findLast(({ call }) => call === "reset");
  }

  get first() {
    return this.points[0];
  }

  get last() {
    return this.points.at(-1);
  }

  /** @param {Made} made @returns {Point} */
  add(made) {
    const point = { ...made, number: (this.last?.number ?? -1) + 1 };
    if (made.call === "reset") this.reset = point;
    this.points.push(point);
    this.#drop();
    return point;
  }

  /** The point with the number, or the one at the nearest end. @param {number} number @returns {Point | undefined} */
  near(number) {
    const { points } = this;
    return points[Math.min(Math.max(number - (this.first?.number ?? 0), 0), points.length - 1)];
  }

  /** What led to a point. @param {Point} point */
  upTo(point) {
    return new Track(this.points.slice(0, point.number - (this.first?.number ?? 0) + 1));
  }

  #drop() {
    const { points } = this;
    const before = (this.reset?.number ?? 0) - points[0].number;
    const droppable = Math.min(before, points.length - MOST_BEFORE);
    if (droppable > SOME) points.splice(0, droppable);
    if (points.length > MOST) points.splice(0, SOME);
  }
}

/** A reward as one number: a vector environment's are added. @param {any} reward @returns {number} */
export const rewardOf = (reward) => [reward].flat(Infinity).reduce((sum, each) => sum + Number(each ?? 0), 0);
