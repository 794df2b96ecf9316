/** The numbers of the run: step, return, action, observation and steps per second. */

import { element } from "../../page/elements.js";
import { valueInWords } from "../../page/words.js";

/** @typedef {import("../run/instance.js").Instance} Instance */
/** @typedef {import("../../timeline/track.js").Point} Point */

const WINDOW_MS = 2000;
/** Nobody reads faster, and each writing lays the page out and paints it. */
const EVERY_MS = 100;

export class Readings {
  /** @param {(action: any) => string | null} nameOf - The name of an action. */
  constructor(nameOf) {
    this.nameOf = nameOf;
    /** @type {Instance | undefined} */
    this.instance = undefined;
    /** What is shown in place of the present. @type {Point | null} */
    this.past = null;
    /** @type {{at: number, steps: number}[]} */
    this.recent = [];
    this.total = 0;
    this.episodes = 0;
    /** @type {number | undefined} */
    this.last = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.written = -Infinity;
    setInterval(() => this.#write(), 500);
  }

  /** @param {Instance} instance */
  show(instance) {
    this.instance = instance;
    this.#later();
  }

  /** Show a point of the past, or the present again. @param {Point | null} past */
  lookAt(past) {
    this.past = past;
    this.#later();
  }

  /** @param {number} steps - Made just now. */
  count(steps) {
    this.recent.push({ at: performance.now(), steps });
    this.total += steps;
  }

  /** @param {number} episodeReturn */
  ended(episodeReturn) {
    this.episodes++;
    this.last = episodeReturn;
    this.#later();
  }

  /** Remove all numbers. */
  clear() {
    Object.assign(this, { instance: undefined, past: null, recent: [], total: 0, episodes: 0, last: undefined });
    this.#later();
  }

  /** Write soon: at once if nothing was written lately. */
  #later() {
    this.timer ??= setTimeout(() => this.#write(), Math.max(this.written + EVERY_MS - performance.now(), 0));
  }

  #write() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.written = performance.now();
    const { instance, past } = this;
    const { action, observation } = past ?? instance ?? {};
    const running = instance && !instance.ended ? 1 : 0;
    const name = this.nameOf(action);
    const values = {
      "reading-episode": String(past ? past.episode : this.episodes + running),
      "reading-step": instance ? String(past ? past.step : instance.steps) : "–",
      "reading-return": valueInWords(past ? past.sum : instance?.return, 3),
      "reading-last": valueInWords(this.last),
      "reading-action": name ? `${name} (${valueInWords(action)})` : valueInWords(action, 4),
      "reading-observation": valueInWords(observation),
      "reading-rate": this.#rate(),
      "reading-total": String(this.total),
    };
    for (const [id, text] of Object.entries(values)) {
      const place = element(id);
      if (place.textContent !== text) place.textContent = text;
    }
  }

  #rate() {
    const now = performance.now();
    while (this.recent.length && now - this.recent[0].at > WINDOW_MS) this.recent.shift();
    const steps = this.recent.reduce((sum, each) => sum + each.steps, 0);
    const span = Math.max(now - (this.recent[0]?.at ?? now), 500);
    return steps ? (steps / (span / 1000)).toFixed(steps < 20 ? 1 : 0) : "0";
  }
}
