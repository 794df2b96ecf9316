/** Draws the environment every few steps, unless the agent draws by itself. */

import { Rendering } from "../../gymnasium/rendering.js";

/** @typedef {import("../run/instance.js").Instance} Instance */
/** @typedef {import("../run/session.js").Session} Session */

export class Painter {
  /**
   * @param {(picture: import("../../page/stage.js").Picture, instance: Instance) => void} drew
   * @param {(text: string) => void} note
   */
  constructor(drew, note) {
    this.drew = drew;
    this.note = note;
    /** Steps between pictures; 0 for no pictures. */
    this.every = 1;
    /** Whether the agent draws, or nothing can be drawn. */
    this.idle = false;
    /** The last picture's instance and step. */
    this.drawn = { id: "", steps: 0 };
  }

  /** Prepare for another run. */
  reset() {
    this.idle = false;
    this.drawn = { id: "", steps: 0 };
  }

  /** @param {Instance} instance @param {Session} session */
  async changed(instance, session) {
    if (this.idle || !this.every || !instance.drawable || !this.#due(instance)) return;
    this.drawn = { id: instance.id, steps: instance.steps };
    try {
      await this.draw(instance, session);
    } catch (error) {
      if (session.stop.signal.aborted) return;
      this.idle = true;
      this.note(`The environment cannot be drawn: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** @param {Instance} instance @param {Session} session */
  async draw(instance, session) {
    const picture = new Rendering(await session.connection.read(`/v1/envs/${instance.id}/monitor/render/`));
    this.drew({ contentType: picture.contentType, frame: picture.frames.at(-1) ?? null, text: picture.text }, instance);
  }

  /** A call may make many steps at once. @param {Instance} instance */
  #due({ id, steps, ended }) {
    const since = steps - this.drawn.steps;
    return id !== this.drawn.id || ended || since < 0 || since >= this.every || steps === 0;
  }
}
