/** Playing with the keyboard or by touch, in a new environment or the one that the page was opened with. */

import { Env, GymHTTPError, catalog } from "../../gymnasium.js";
import { element, make, say } from "../../page/elements.js";
import { spaceInWords } from "../../page/words.js";

/** @typedef {import("../run/runner.js").Runner} Runner */
/** @typedef {import("./keyboard.js").KeyboardPlay} KeyboardPlay */

const FPS = 30;

/** Render modes that can be shown, the better first. */
const PICTURES = ["rgb_array", "ansi"];

export class Play {
  /**
   * @param {Runner} runner
   * @param {import("../environments/picker.js").Picker} picker
   * @param {{begin: () => Promise<void>, fail: (error: unknown) => void}} page
   */
  constructor(runner, picker, page) {
    this.runner = runner;
    this.picker = picker;
    this.page = page;
    this.button = element("play", HTMLButtonElement);
    this.screen = element("screen");
    /** Whether the device's first pointer is a finger. */
    this.touch = matchMedia("(pointer: coarse)").matches;
    /** For fingers. @type {import("./pad.js").Pad | undefined} */
    this.pad = undefined;
    /** The chosen environment's entry in the catalogue, with its keys. @type {Record<string, any> | undefined} */
    this.entry = undefined;
    /** @type {KeyboardPlay | undefined} */
    this.on = undefined;
    this.button.addEventListener("click", () => (this.on ? this.stop() : this.start()));
    picker.onChosen = (envId) => this.offer(envId);
    say(this.button, this.label);
  }

  get label() {
    return this.touch ? "Play by touch" : "Play with the keyboard";
  }

  /** Offer to play the environment if keys can, and say why not else. @param {string | undefined} envId */
  async offer(envId) {
    if (envId && envId === this.entry?.env_id) return;
    this.entry = undefined;
    this.#allow(null, "");
    if (!envId) return;
    try {
      const [entry] = await catalog({ ...this.runner.service.options, envId });
      if (this.picker.chosen?.env_id !== envId) return;
      const why = `This environment cannot be played with keys: its action is ${spaceInWords(entry.action_space)}.`;
      this.#allow(entry, entry.keys ? "" : why);
    } catch (error) {
      if (!(error instanceof GymHTTPError)) throw error;
      if (this.picker.chosen?.env_id === envId) this.#allow(null, `This environment cannot be played: ${error.detail}`);
    }
  }

  /** @param {Record<string, any> | null} entry @param {string} why - Why not; "" if it can be played or is not known yet. */
  #allow(entry, why) {
    this.entry = entry ?? undefined;
    const can = Boolean(entry) && !why;
    // A disabled button loses the focus.
    if (!this.on) this.button.disabled = !can;
    say("play-none", why);
    element("play-none").hidden = !why;
  }

  /** Play until the visitor stops. */
  async start() {
    const { entry } = this;
    const [{ KeyboardPlay }, { keymapOf }] = await Promise.all([import("./keyboard.js"), import("./keymap.js")]);
    const keymap = entry && keymapOf(entry);
    if (!keymap) return;
    if (this.touch) this.pad ??= new (await import("./pad.js")).Pad(element("pad"));
    await this.page.begin();
    const session = this.runner.openSession();
    this.runner.gate.set({ paused: false, speed: Infinity });
    this.#show(keymap);
    element("screen").scrollIntoView({ block: "nearest" });
    try {
      const options = { ...this.runner.service.options, fetch: session.fetch, signal: session.stop.signal };
      const attached = session.watched;
      const renderMode = PICTURES.find((mode) => entry.render_modes?.includes(mode)) ?? null;
      const env = attached ? await Env.attach(attached.id, options) : await Env.make(entry.env_id, { ...options, renderMode });
      if (env.actionSpace.name !== entry.action_space.name) throw new TypeError("The keys are not for this environment's actions.");
      this.on = new KeyboardPlay(env, keymap, entry.render_fps || FPS);
      this.pad?.serve(this.on);
      this.screen.focus({ preventScroll: true });
      await this.on.play(this.screen, Boolean(attached?.steps) && !attached?.ended);
    } catch (error) {
      if (!session.stop.signal.aborted) this.page.fail(error);
    }
    if (this.runner.session === session) await this.stop();
  }

  /** Stop playing, and close the environment. */
  async stop() {
    const { on } = this;
    this.on = undefined;
    on?.stop();
    this.#show(null);
    if (on) await this.runner.stop();
  }

  /** @param {import("./keymap.js").Keymap | null} keymap */
  #show(keymap) {
    this.button.setAttribute("aria-pressed", String(keymap !== null));
    say(this.button, keymap ? "Stop playing" : this.label);
    if (!keymap) this.button.disabled = !this.entry?.keys;
    this.screen.classList.toggle("playing", keymap !== null);
    this.pad?.show(keymap?.buttons ?? []);
    const place = element("legend");
    place.hidden = !keymap || this.touch;
    const keys = /** @type {[string, string][]} */ ([...(keymap?.legend ?? []), ["Esc", "stop"]]);
    place.replaceChildren(...keys.flatMap(([key, meaning]) => [make("kbd", {}, key), ` ${meaning}  `]));
  }
}
