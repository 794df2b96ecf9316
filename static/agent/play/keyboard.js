/** Playing with the keyboard: held keys become actions at the environment's frame rate. */

/** @typedef {import("./keymap.js").Keymap} Keymap */
/** @typedef {import("../../gymnasium.js").Env} Env */

export class KeyboardPlay {
  /**
   * @param {Env} env
   * @param {Keymap} keymap
   * @param {number} fps
   */
  constructor(env, keymap, fps) {
    this.env = env;
    this.keymap = keymap;
    this.fps = fps;
    /** In the order in which they were pressed. @type {Set<string>} */
    this.held = new Set();
    /** Pressed since the last step, even if released since. @type {Set<string>} */
    this.tapped = new Set();
    this.over = new AbortController();
  }

  /**
   * Play until `stop`, with a reset after every episode.
   * @param {HTMLElement} where - The element that receives the keys.
   * @param {boolean} begun - Whether an episode is running.
   * @returns {Promise<void>}
   */
  async play(where, begun) {
    const { signal } = this.over;
    where.addEventListener("keydown", (event) => this.#down(event), { signal });
    where.addEventListener("keyup", ({ code }) => this.release(code), { signal });
    where.addEventListener("blur", () => this.held.clear(), { signal });
    if (!begun) await this.env.reset();
    while (!signal.aborted) {
      const due = performance.now() + 1000 / this.fps;
      const action = this.#action();
      if (action !== undefined) {
        const { terminated, truncated } = await this.env.step(action);
        if (terminated || truncated) await this.env.reset();
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(due - performance.now(), 4)));
    }
  }

  /** Hold a key. @param {string} code */
  press(code) {
    this.held.add(code);
    this.tapped.add(code);
  }

  /** @param {string} code */
  release(code) {
    this.held.delete(code);
  }

  /** Press a key for one step. @param {string} code */
  tap(code) {
    this.tapped.add(code);
  }

  /** Make no further step. */
  stop() {
    this.over.abort();
  }

  #action() {
    const pressed = new Set([...this.held, ...this.tapped]);
    this.tapped.clear();
    return (pressed.size ? this.keymap.actionOf(pressed) : undefined) ?? this.keymap.idle;
  }

  /** @param {KeyboardEvent} event */
  #down(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.code === "Tab") return;
    if (event.code === "Escape") this.stop();
    // Arrows and the space bar would scroll the page.
    event.preventDefault();
    this.press(event.code);
  }
}
