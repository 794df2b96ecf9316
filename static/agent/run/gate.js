/** Lets an agent's calls through at the visitor's pace: at once, at a rate, or one by one. */

export class Gate {
  constructor() {
    this.paused = false;
    /** Steps per second. */
    this.speed = Infinity;
    this.allowed = 0;
    this.next = 0;
    /** @type {Set<() => void>} */
    this.waiting = new Set();
  }

  /** Change the pace. @param {{paused?: boolean, speed?: number}} pace */
  set({ paused = this.paused, speed = this.speed }) {
    if (paused !== this.paused) this.allowed = 0;
    this.paused = paused;
    this.speed = speed;
    this.next = 0;
    this.#wake();
  }

  /** Let one more step through while paused. */
  allowOne() {
    this.allowed++;
    this.#wake();
  }

  /** Wait for the next step's turn. @param {AbortSignal} signal - Aborts the wait. */
  async pass(signal) {
    while (this.paused && this.allowed === 0) await this.#wait(Infinity, signal);
    if (this.paused) return void this.allowed--;
    if (this.speed === Infinity) return;
    const turn = Math.max(this.next, performance.now());
    this.next = turn + 1000 / this.speed;
    await this.#wait(turn - performance.now(), signal);
    if (this.paused) await this.pass(signal);
  }

  /** Wait while paused. @param {AbortSignal} signal */
  async open(signal) {
    while (this.paused && this.allowed === 0) await this.#wait(Infinity, signal);
  }

  #wake() {
    for (const wake of this.waiting) wake();
  }

  /** @param {number} duration - Milliseconds. @param {AbortSignal} signal @returns {Promise<void>} */
  #wait(duration, signal) {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const end = (/** @type {() => void} */ settle) => {
        clearTimeout(timer);
        this.waiting.delete(woken);
        signal.removeEventListener("abort", aborted);
        settle();
      };
      const woken = () => end(resolve);
      const aborted = () => end(() => reject(signal.reason));
      const timer = duration === Infinity ? undefined : setTimeout(woken, duration);
      this.waiting.add(woken);
      signal.addEventListener("abort", aborted);
    });
  }
}
