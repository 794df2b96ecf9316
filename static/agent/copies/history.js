/**
 * How an environment came to be as it is: a beginning that can be had again, and the calls since. Histories are not changed
 * but continued, so that a checkpoint or a fork keeps the one of its moment.
 */

/** A call to copy. @typedef {{path: string, body: Record<string, any>}} Made */
/** A creation's body; or a fork of the beginning's state, which the page keeps; or why there is neither.
 * @typedef {{creation: Record<string, any>} | {fork: string} | {lost: string}} Beginning */

const MOST_CALLS = 100_000;

export class History {
  /** How many calls there are. */
  count = 0;

  /**
   * @param {Beginning} beginning
   * @param {History | null} [before]
   * @param {Made | null} [call] - What followed `before`.
   */
  constructor(beginning, before = null, call = null) {
    this.beginning = beginning;
    this.before = before;
    this.call = call;
    if (before) this.count = before.count + 1;
  }

  /** @param {Made} call @returns {History | null} Null if it became too long to be copied. */
  and(call) {
    return this.count < MOST_CALLS ? new History(this.beginning, this, call) : null;
  }

  /** Its calls in their order. @returns {Made[]} */
  get calls() {
    const calls = [];
    for (let each = /** @type {History | null} */ (this); each?.call; each = each.before) calls.push(each.call);
    return calls.reverse();
  }
}
