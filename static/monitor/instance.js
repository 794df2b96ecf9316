/** An environment as the monitor knows it: its latest record, and its recent returns. */

/** @typedef {import("../page/parts.js").Told} Told */

const MOST_POINTS = 80;

// Records of tiles outside the window are up to three seconds old, so a shorter time would call what is stepped idle.
const SHORTEST_MS = 6_000;
const STALE_MS = 30_000;
/** The intervals between steps that an environment may miss before it counts as waiting. */
const MISSED = 3;
/** The weight of the newest interval in the mean. */
const NEWEST = 0.3;

/** @typedef {"stepping" | "waiting" | "ended" | "stale"} State */

export class Instance {
  /** @param {string} address - Its id; after the owner's name and a colon if it is another's. @param {string} envId */
  constructor(address, envId) {
    this.address = address;
    this.id = idOf(address);
    /** Null for one of the visitor's own. @type {string | null} */
    this.owner = address.includes(":") ? address.slice(0, address.lastIndexOf(":")) : null;
    this.envId = envId;
    /** @type {Told} */
    this.record = {};
    /** The return after each change that was seen. @type {number[]} */
    this.returns = [];
    /** The revision whose picture is shown. */
    this.pictured = -1;
    /** In the service's time; 0 if unknown. */
    this.used = 0;
    this.created = 0;
    /** Milliseconds between steps, in the mean; NaN before two were seen. */
    this.interval = NaN;
    /** When its last step was made, in the service's time. */
    this.stepped = 0;
  }

  /** @param {number} now - In the service's time. @returns {State} */
  state(now) {
    const enough = Math.min(Math.max(MISSED * (this.interval || 0), SHORTEST_MS), STALE_MS);
    if (this.stepped && now - this.stepped < enough) return "stepping";
    if (this.record.ended) return "ended";
    return now - this.used < STALE_MS ? "waiting" : "stale";
  }

  /** Steps per second, in the mean. @param {number} now - In the service's time. */
  rate(now) {
    return this.state(now) === "stepping" && this.interval > 0 ? 1000 / this.interval : 0;
  }

  /** The first part of the id, for lists. */
  get shortId() {
    return this.id.slice(0, 8);
  }

  get steps() {
    return this.record.steps ?? 0;
  }

  get episodeReturn() {
    return Number(this.record.episode_return ?? 0);
  }

  /** Why there is no picture; null if there is one, or will be soon. */
  get whyBlind() {
    const { trouble, render_mode, episode } = this.record;
    if (trouble) return trouble;
    if (render_mode === null) return "No picture: created without render_mode.";
    if (render_mode === "human") return "No picture: render_mode is human.";
    return episode === 0 ? "Waiting for the first reset." : null;
  }

  /** @param {Told} record - A newer one, or the same with another picture. */
  learn(record) {
    if ((record.revision ?? 0) < (this.record.revision ?? -1)) return;
    const before = this.record;
    // What only tells the record says nothing of the picture's trouble.
    this.record = record;
    this.used = Date.parse(record.used ?? "") || 0;
    this.created = Date.parse(record.created ?? "") || 0;
    if (record.revision === before.revision) return;
    this.returns.push(this.episodeReturn);
    if (this.returns.length > MOST_POINTS) this.returns.shift();
    const since = record.episode === before.episode ? (before.steps ?? 0) : 0;
    if (this.steps > since) this.#stepped(this.steps - since, before.steps !== undefined);
  }

  /** @param {number} steps - The least that were made since the last record. @param {boolean} seen - Whether there was one. */
  #stepped(steps, seen) {
    const took = (this.used - this.stepped) / steps;
    if (seen && this.stepped && took > 0 && took < STALE_MS) {
      this.interval = Number.isNaN(this.interval) ? took : (1 - NEWEST) * this.interval + NEWEST * took;
    }
    this.stepped = this.used;
  }
}

/** @param {string} address */
export const idOf = (address) => address.slice(address.lastIndexOf(":") + 1);

/** How long ago something was, in short. @param {number} milliseconds */
export function ago(milliseconds) {
  const seconds = Math.max(milliseconds, 0) / 1000;
  if (seconds < 2) return "now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** A return in a few characters. @param {number} value */
export function short(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 100_000) return value.toExponential(1);
  return Number.isInteger(value) || size >= 1000 ? String(Math.round(value)) : value.toFixed(size < 10 ? 2 : 1);
}
