/** Pictures of the past: those that the page has seen, and else those that the service draws of its log. */

import { GymHTTPError } from "../gymnasium/errors.js";
import { parts } from "../page/parts.js";

/** @typedef {import("../page/stage.js").Picture} Picture */
/** @typedef {import("./track.js").Point} Point */
/** @typedef {import("./track.js").Track} Track */
/** A run of points whose pictures are asked for. @typedef {{instance: string, from: Point, to: Point}} Run */

const MOST_BYTES = 64_000_000;
/** Asked for at once: some before a point, and more behind it. */
const BEFORE = 8;
const BEHIND = 40;

export class Pictures {
  /**
   * @param {import("../page/service.js").Service} service
   * @param {{came: () => void, failed: (error: GymHTTPError) => void, width: () => number}} listener
   */
  constructor(service, listener) {
    this.service = service;
    this.listener = listener;
    /** By instance and place, the latest used last. @type {Map<string, Picture>} */
    this.kept = new Map();
    this.bytes = 0;
    /** Episodes of which no pictures are to be had. @type {Set<string>} */
    this.refused = new Set();
    /** @type {{run: Run, over: AbortController} | undefined} */
    this.asking = undefined;
  }

  /** @param {Point} point @param {Picture} picture */
  keep(point, picture) {
    if (point.place !== null) this.#keep(keyOf(point.instance, point.place), picture);
  }

  /** @param {Point} point @returns {Picture | undefined} */
  of({ instance, place }) {
    const key = keyOf(instance, place ?? "");
    const picture = this.kept.get(key);
    if (!picture) return undefined;
    this.kept.delete(key);
    this.kept.set(key, picture);
    return picture;
  }

  /** Ask for the pictures around a point, unless they are there or come. @param {Track} track @param {Point} point */
  want(track, point) {
    if (this.#over(point)) return;
    if (this.asking && holds(this.asking.run, point)) return;
    this.asking?.over.abort();
    const asking = (this.asking = { run: runAround(track, point), over: new AbortController() });
    void this.#ask(asking).finally(() => {
      if (this.asking === asking) this.asking = undefined;
      this.listener.came();
    });
  }

  /** Ask for the pictures around a point that is shown soon, if no others come. @param {Track} track @param {Point} point */
  prepare(track, point) {
    if (!this.asking) this.want(track, point);
  }

  /** Whether a point's picture is there, or is not to be had. @param {Point} point */
  settled(point) {
    return this.#over(point) || !this.asking || !holds(this.asking.run, point);
  }

  /** Whether there is no more to ask. @param {Point} point */
  #over({ instance, place, episode }) {
    return place === null || this.refused.has(`${instance}/${episode}`) || this.kept.has(keyOf(instance, place));
  }

  /** @param {{run: Run, over: AbortController}} asking */
  async #ask({ run: { instance, from, to }, over: { signal } }) {
    const query = new URLSearchParams({ from: from.place ?? "", to: to.place ?? "", width: String(this.listener.width()) });
    try {
      for await (const { told, picture } of parts(this.service, `/v1/envs/${instance}/frames/?${query}`, signal)) {
        // The last part has none, nor has a state that draws nothing.
        if (!told.content_type) continue;
        const place = told.index == null ? `${told.revision}` : `${told.revision}.${told.index}`;
        this.#keep(keyOf(instance, place), pictureOf(told.content_type, picture));
        this.listener.came();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof GymHTTPError)) throw error;
      this.refused.add(`${instance}/${from.episode}`);
      this.listener.failed(error);
    }
  }

  /** @param {string} key @param {Picture} picture */
  #keep(key, picture) {
    this.bytes += sizeOf(picture) - sizeOf(this.kept.get(key));
    this.kept.delete(key);
    this.kept.set(key, picture);
    for (const [oldest, each] of this.kept) {
      if (this.bytes <= MOST_BYTES) break;
      this.kept.delete(oldest);
      this.bytes -= sizeOf(each);
    }
  }
}

/** @param {string} instance @param {string} place */
const keyOf = (instance, place) => `${instance}/${place}`;

/** @param {Picture | undefined} picture */
const sizeOf = (picture) => picture?.frame?.length ?? picture?.text?.length ?? 0;

/** @param {string} contentType @param {Uint8Array<ArrayBuffer>} bytes @returns {Picture} */
function pictureOf(contentType, bytes) {
  const isText = contentType.startsWith("text/");
  return { contentType, frame: isText ? null : bytes, text: isText ? new TextDecoder().decode(bytes) : null };
}

/** @param {Run} run @param {Point} point */
const holds = ({ instance, from, to }, point) =>
  point.instance === instance && point.number >= from.number && point.number <= to.number;

/** Points around one, of the same episode in the same log. @param {Track} track @param {Point} point @returns {Run} */
function runAround(track, point) {
  const end = (/** @type {number} */ by, /** @type {number} */ most) => {
    let found = point;
    for (let number = point.number + by; number !== point.number + by * most; number += by) {
      const next = track.near(number);
      if (next?.number !== number || !next.place || next.instance !== point.instance || next.episode !== point.episode) break;
      found = next;
    }
    return found;
  };
  return { instance: point.instance, from: end(-1, BEFORE), to: end(1, BEHIND) };
}
