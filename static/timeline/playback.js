/** Plays a track: shows one point after another at a rate. */

import { say } from "../page/elements.js";

export class Playback {
  /**
   * @param {HTMLElement} button
   * @param {() => Promise<boolean>} next - Shows the next point once its picture is there; false at the end.
   * @param {() => number} rate - Points a second.
   */
  constructor(button, next, rate) {
    this.button = button;
    this.next = next;
    this.rate = rate;
    /** Of what plays now. @type {AbortController | undefined} */
    this.on = undefined;
    button.addEventListener("click", () => this.toggle());
  }

  toggle() {
    if (this.on) this.stop();
    else void this.#play();
  }

  stop() {
    this.on?.abort();
    this.on = undefined;
    say(this.button, "▶");
    this.button.setAttribute("aria-label", "Play what was");
  }

  async #play() {
    const { signal } = (this.on = new AbortController());
    say(this.button, "❚❚");
    this.button.setAttribute("aria-label", "Pause what is played");
    let due = performance.now();
    while (!signal.aborted && (await this.next())) {
      due = Math.max(due + 1000 / this.rate(), performance.now() - 100);
      await new Promise((resolve) => setTimeout(resolve, Math.max(due - performance.now(), 4)));
    }
    if (!signal.aborted) this.stop();
  }
}
