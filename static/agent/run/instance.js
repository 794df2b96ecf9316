/** What the page knows of one environment from the calls that pass through it. */

import { decodeNumbers } from "../../gymnasium/arrays.js";
import { History } from "../copies/history.js";

/** What a checkpoint brings back. @typedef {{history: History | null, begun: boolean}} Mark */

export class Instance {
  /**
   * @param {string} id
   * @param {Record<string, any>} creation - The body of its creation, as far as known.
   * @param {boolean} ours - Whether the page closes it.
   */
  constructor(id, creation, ours) {
    this.id = id;
    this.creation = creation;
    this.ours = ours;
    /** Steps in this episode. */
    this.steps = 0;
    /** The return of this episode; a list for a vector environment. @type {number | number[]} */
    this.return = 0;
    /** @type {any} */
    this.observation = undefined;
    /** @type {any} */
    this.action = undefined;
    /** @type {number | number[] | undefined} */
    this.reward = undefined;
    this.ended = false;
    /** Whether it was reset. */
    this.begun = !ours;
    /** Null until its state is kept, where the page does not know how it came about. @type {History | null} */
    this.history = ours ? new History({ creation }) : null;
    /** By the ids of checkpoints. @type {Map<string, Mark>} */
    this.marks = new Map();
  }

  /** A fork of it. @param {string} id @param {boolean} exact - Not with generators of its own. */
  forked(id, exact) {
    const twin = new Instance(id, this.creation, true);
    const { steps, begun, observation, ended } = this;
    return Object.assign(twin, { steps, begun, observation, ended, return: this.return, history: exact ? this.history : null });
  }

  /** A checkpoint was made of it. @param {string} checkpointId */
  marked(checkpointId) {
    this.marks.set(checkpointId, { history: this.history, begun: this.begun });
  }

  /** What it is now is the beginning of what can be copied. @param {import("../copies/history.js").Beginning} beginning */
  beginsWith(beginning) {
    this.history = new History(beginning);
  }

  /** Whether its next reset takes a seed that the service drew. @param {Record<string, any>} body */
  drawsSeed({ seed }) {
    return !this.begun && (seed ?? this.creation.seed ?? null) === null;
  }

  get envId() {
    return String(this.creation.env_id ?? "");
  }

  /** Whether its pictures can be drawn. */
  get drawable() {
    return ["rgb_array", "ansi"].includes(this.creation.render_mode);
  }

  /** @param {Record<string, any>} body @param {Record<string, any>} reply */
  wasReset(body, reply) {
    Object.assign(this, { steps: 0, return: 0, action: undefined, reward: undefined, ended: false });
    this.observation = reply.observation;
    this.begun = true;
    this.#called({ path: "reset/", body });
  }

  /**
   * @param {Record<string, any>} body
   * @param {Record<string, any>} reply
   * @returns {number[]} The returns of the episodes that ended with this step.
   */
  stepped(body, reply) {
    this.#called({ path: "step/", body });
    return this.#apply(body.action, reply.observation, reply.reward, reply.terminated, reply.truncated);
  }

  /**
   * @param {Record<string, any>} body
   * @param {Record<string, any>} reply - Lists with an item per step, if included.
   * @returns {number[]}
   */
  rolledOut(body, reply) {
    /** @type {number[]} */
    const ended = [];
    const resets = new Set((reply.resets ?? []).map((/** @type {{index: number}} */ { index }) => index));
    const last = reply.steps - 1;
    const { policy, steps, ...rest } = body;
    this.#called({ path: "rollout/", body: policy ? { ...rest, actions: reply.actions } : body });
    for (let i = 0; i <= last; i++) {
      if (resets.has(i)) Object.assign(this, { steps: 0, return: 0, ended: false });
      const observation = reply.observations?.[i] ?? this.observation;
      const action = reply.actions?.[i] ?? body.actions?.[i];
      const [reward, terminated, truncated] = [reply.rewards, reply.terminations, reply.truncations].map((each) => each?.[i]);
      ended.push(...this.#apply(action, observation, reward ?? 0, terminated ?? false, truncated ?? false));
    }
    return ended;
  }

  /** A checkpoint was restored. @param {string | undefined} checkpointId @param {Record<string, any>} record */
  wasRestored(checkpointId, record) {
    this.steps = record.steps;
    this.return = decodeNumbers(record.episode_return);
    this.ended = Boolean(record.ended);
    const { history = null, begun = record.episode > 0 } = this.marks.get(checkpointId ?? "") ?? {};
    Object.assign(this, { history, begun });
  }

  /** All that is known of it is its record. @param {Record<string, any>} record */
  wasFound(record) {
    const { env_id, render_mode } = record;
    this.creation = { ...this.creation, env_id, render_mode };
    this.observation = undefined;
    this.wasRestored(undefined, record);
  }

  /** @param {import("../copies/history.js").Made} call */
  #called(call) {
    this.history = this.history?.and(call) ?? null;
  }

  /**
   * @param {any} action
   * @param {any} observation
   * @param {any} reward
   * @param {boolean | boolean[]} terminated
   * @param {boolean | boolean[]} truncated
   */
  #apply(action, observation, reward, terminated, truncated) {
    const rewards = decodeNumbers(reward);
    this.steps++;
    Object.assign(this, { action, observation, reward: rewards });
    if (!Array.isArray(rewards)) {
      this.return = Number(this.return) + rewards;
      this.ended = terminated === true || truncated === true;
      return this.ended ? [this.return] : [];
    }
    const returns = rewards.map((each, i) => each + (Array.isArray(this.return) ? this.return[i] : 0));
    const over = rewards.map((_, i) => /** @type {any} */ (terminated)[i] || /** @type {any} */ (truncated)[i]);
    this.return = returns.map((each, i) => (over[i] ? 0 : each));
    return returns.filter((_, i) => over[i]);
  }
}
