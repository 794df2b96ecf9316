/** The numbers of the step that is seen. */

import { element } from "../page/elements.js";
import { actionNames, valueInWords } from "../page/words.js";

/** @typedef {import("../timeline/track.js").Point} Point */

/** The visitor rests at a step, so that its observation is worth a call. */
const REST_MS = 200;

export class Readings {
  /**
   * @param {() => import("../gymnasium/connection.js").Connection} connection
   * @param {() => Record<string, any> | undefined} entry - The environment's, of the catalogue.
   * @param {(error: unknown) => void} failed
   */
  constructor(connection, entry, failed) {
    this.connection = connection;
    this.entry = entry;
    this.failed = failed;
    /** @type {Point | undefined} */
    this.point = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined;
  }

  /** @param {Point} point */
  show(point) {
    this.point = point;
    this.#write();
    clearTimeout(this.rest);
    if (point.observation === undefined) this.rest = setTimeout(() => this.#ask(point).catch(this.failed), REST_MS);
  }

  /** @param {Point} point */
  async #ask(point) {
    const { observation } = await this.connection().read(`/v1/envs/${point.instance}/at/${point.place}/`);
    point.observation = observation;
    if (this.point === point) this.#write();
  }

  #write() {
    const { step, reward, sum, action, observation } = this.point ?? {};
    const values = {
      "reading-step": step === undefined ? "–" : String(step),
      "reading-reward": valueInWords(reward),
      "reading-return": valueInWords(sum),
      "reading-action": this.#action(action),
      "reading-observation": valueInWords(observation),
    };
    for (const [id, text] of Object.entries(values)) element(id).textContent = text;
  }

  /** @param {any} action */
  #action(action) {
    const entry = this.entry();
    const name = entry && actionNames(entry)?.[action - (entry.action_space?.start ?? 0)];
    return name ? `${name} (${valueInWords(action)})` : valueInWords(action);
  }
}
