/** The timeline below a picture: a slider over the steps of an environment, which shows any of them. */

import { element, say } from "../page/elements.js";
import { Pictures } from "./pictures.js";
import { Playback } from "./playback.js";
import { Slider, inWords } from "./slider.js";
import { Track } from "./track.js";

/** @typedef {import("../page/stage.js").Picture} Picture */
/** @typedef {import("./track.js").Point} Point */

const EVERY_MS = 100;
/** Points ahead, whose pictures are asked for while it plays. */
const SOON = 20;

/**
 * @typedef {object} Shown - Called for what is to be seen.
 * @property {(point: Point | null) => void} looked - A point of the past, or the present.
 * @property {(picture: Picture) => void} showed
 * @property {(error: import("../gymnasium/errors.js").GymHTTPError) => void} failed - There are no pictures of it.
 * @property {() => number} rate - Points a second, when it plays.
 */

export class Timeline {
  /** @param {import("../page/service.js").Service} service @param {Shown} shown */
  constructor(service, shown) {
    this.shown = shown;
    this.track = new Track();
    /** The point that is looked at; null for the present. @type {Point | null} */
    this.point = null;
    /** Whose picture is still to come. @type {Point | null} */
    this.awaited = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    /** Called when pictures have come, or will not. @type {Set<() => void>} */
    this.waiting = new Set();
    const width = () => Math.round(Math.min((element("screen").clientWidth || 300) * (devicePixelRatio || 1), 640));
    this.pictures = new Pictures(service, { came: () => this.#came(), failed: shown.failed, width });
    this.playback = new Playback(element("replay"), () => this.#next(), shown.rate);
    this.slider = new Slider(element("scrubber"), {
      touched: () => this.#write(),
      moved: (number) => {
        this.playback.stop();
        this.goTo(number);
      },
      played: () => this.playback.toggle(),
    });
    this.#write();
  }

  /** The point that is shown: the one that is looked at, or the last. */
  get seen() {
    return this.point ?? this.track.last ?? null;
  }

  /** Follow a track, which grows. @param {Track} track */
  follow(track) {
    if (track !== this.track) {
      this.track = track;
      this.now();
    }
    if (!this.point) this.awaited = null;
    this.timer ??= setTimeout(() => this.#write(), EVERY_MS);
  }

  /** Forget the track. */
  clear() {
    this.follow(new Track());
    this.#write();
  }

  /** Look at the point with the number. The last is the present. @param {number} number */
  goTo(number) {
    const point = this.track.near(number);
    if (!point) return;
    this.point = point === this.track.last ? null : point;
    this.awaited = point;
    this.#write();
    this.#picture();
    if (this.awaited) this.pictures.want(this.track, point);
    this.shown.looked(this.point);
  }

  /** Look at the present. */
  now() {
    this.playback.stop();
    if (!this.point) return;
    if (this.track.last) this.goTo(this.track.last.number);
    else this.shown.looked((this.point = null));
  }

  /** A picture was seen, of a point if that is known. @param {Picture} picture @param {Point | undefined} point */
  saw(picture, point) {
    if (point) this.pictures.keep(point, picture);
    if (!this.point) this.shown.showed(picture);
  }

  /** Show the picture that is awaited, if it is there. */
  #picture() {
    const picture = this.awaited && this.pictures.of(this.awaited);
    if (!picture) return;
    this.awaited = null;
    this.shown.showed(picture);
  }

  #came() {
    for (const wake of this.waiting) wake();
    this.waiting.clear();
    this.#picture();
  }

  /** Show the next point, at the end the first of its episode. @returns {Promise<boolean>} */
  async #next() {
    const { seen, track } = this;
    if (!seen) return false;
    const begin = track.points.find(({ episode }) => episode === seen.episode);
    const next = seen === track.last ? begin : track.near(seen.number + 1);
    if (!next || next === seen) return false;
    this.goTo(next.number);
    const soon = track.near(next.number + SOON);
    if (soon) this.pictures.prepare(track, soon);
    while (!this.pictures.settled(next)) await new Promise((wake) => this.waiting.add(() => wake(null)));
    return next !== track.last;
  }

  /** Say where it is. */
  #write() {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { seen } = this;
    this.slider.show(this.track, seen ?? undefined);
    say("place", seen ? inWords(seen) : "");
    element("replay", HTMLButtonElement).disabled = this.track.points.length < 2;
  }
}
