/** Playing with the keyboard, in a new environment or the one that the page was opened with. */

import { Env, catalog } from "../gymnasium.js";
import { element, make, say } from "../page/elements.js";
import { KeyboardPlay } from "./keyboard.js";
import { keymapOf } from "./keymap.js";

/** @typedef {import("./runner.js").Runner} Runner */

const FPS = 30;

/** Render modes that can be shown, the better first. */
const PICTURES = ["rgb_array", "ansi"];

export class Play {
  /**
   * @param {Runner} runner
   * @param {import("./picker.js").Picker} picker
   * @param {{begin: () => Promise<void>, fail: (error: unknown) => void}} page
   */
  constructor(runner, picker, page) {
    this.runner = runner;
    this.picker = picker;
    this.page = page;
    this.button = element("play");
    this.screen = element("screen");
    /** @type {KeyboardPlay | undefined} */
    this.on = undefined;
    this.button.addEventListener("click", () => (this.on ? this.stop() : this.start()));
  }

  /** Play until the visitor stops. */
  async start() {
    const entry = await this.#entry();
    if (!entry) return;
    const keymap = keymapOf(entry);
    if (!keymap) return say("said", "This environment cannot be played with keys.");
    await this.page.begin();
    const session = this.runner.openSession();
    this.runner.gate.set({ paused: false, speed: Infinity });
    this.#show(keymap.legend);
    try {
      const options = { ...this.runner.service.options, fetch: session.fetch, signal: session.stop.signal };
      const attached = session.watched;
      const renderMode = PICTURES.find((mode) => entry.render_modes?.includes(mode)) ?? null;
      const env = attached ? await Env.attach(attached.id, options) : await Env.make(entry.env_id, { ...options, renderMode });
      if (env.actionSpace.name !== entry.action_space.name) throw new TypeError("The keys are not for this environment's actions.");
      this.on = new KeyboardPlay(env, keymap, entry.render_fps || FPS);
      this.screen.focus();
      await this.on.play(this.screen, Boolean(attached?.steps) && !attached?.ended);
    } catch (error) {
      if (!session.stop.signal.aborted) this.page.fail(error);
    }
    if (this.runner.session === session) await this.stop();
  }

  /** The environment's entry in the catalogue, with its keys; null if that fails. */
  async #entry() {
    if (!this.picker.chosen) return null;
    try {
      const [entry] = await catalog({ ...this.runner.service.options, envId: this.picker.chosen.env_id });
      return entry;
    } catch (error) {
      this.page.fail(error);
      return null;
    }
  }

  /** Stop playing, and close the environment. */
  async stop() {
    const { on } = this;
    this.on = undefined;
    on?.stop();
    this.#show(null);
    if (on) await this.runner.stop();
  }

  /** @param {[string, string][] | null} legend */
  #show(legend) {
    this.button.setAttribute("aria-pressed", String(legend !== null));
    say(this.button, legend ? "Stop playing" : "Play with the keyboard");
    this.screen.classList.toggle("playing", legend !== null);
    const place = element("legend");
    place.hidden = !legend;
    const keys = /** @type {[string, string][]} */ ([...(legend ?? []), ["Esc", "stop"]]);
    place.replaceChildren(...keys.flatMap(([key, meaning]) => [make("kbd", {}, key), ` ${meaning}  `]));
  }
}
