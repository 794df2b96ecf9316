/** An environment as the monitor knows it: its newest record, and how its return went. */

/** @typedef {import("./parts.js").Told} Told */

const MOST_POINTS = 80;

export class Instance {
  /** @param {string} id @param {string} envId */
  constructor(id, envId) {
    this.id = id;
    this.envId = envId;
    /** @type {Told} */
    this.record = {};
    /** The return at each change that was seen. @type {number[]} */
    this.returns = [];
    /** The revision whose picture is shown. */
    this.pictured = -1;
    /** In the service's time; 0 while nothing is known. */
    this.used = 0;
    this.created = 0;
  }

  /** The id's first part, as names in a list are short. */
  get shortId() {
    return this.id.slice(0, 8);
  }

  get steps() {
    return this.record.steps ?? 0;
  }

  get episodeReturn() {
    return Number(this.record.episode_return ?? 0);
  }

  /** Why there is no picture, in words; null where there is one or should soon be. */
  get whyBlind() {
    const { trouble, render_mode, episode } = this.record;
    if (trouble) return trouble;
    if (render_mode === null) return "No picture: made without render_mode.";
    if (render_mode === "human") return "No picture: render_mode is human.";
    return episode === 0 ? "Waits for its first reset." : null;
  }

  /**
   * @param {Told} record - Newer or the same, with another picture.
   * @returns {number} How many steps it has made since the last, at least.
   */
  learn(record) {
    if ((record.revision ?? 0) < (this.record.revision ?? -1)) return 0;
    const before = this.record;
    // What only tells the record says nothing of the picture's trouble.
    this.record = record;
    this.used = Date.parse(record.used ?? "") || 0;
    this.created = Date.parse(record.created ?? "") || 0;
    if (record.revision === before.revision) return 0;
    this.returns.push(this.episodeReturn);
    if (this.returns.length > MOST_POINTS) this.returns.shift();
    if (before.steps === undefined) return 0;
    const since = record.episode === before.episode ? before.steps : 0;
    return Math.max(this.steps - since, 0);
  }
}

/** A duration in a word. @param {number} milliseconds */
export function ago(milliseconds) {
  const seconds = Math.max(milliseconds, 0) / 1000;
  if (seconds < 2) return "now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** A return as short as it can be told. @param {number} value */
export function short(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 100_000) return value.toExponential(1);
  return Number.isInteger(value) || size >= 1000 ? String(Math.round(value)) : value.toFixed(size < 10 ? 2 : 1);
}
