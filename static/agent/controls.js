/** The buttons of a run: run, pause, step, stop, speed. */

import { element, say } from "../page/elements.js";

/** @typedef {import("./run/runner.js").Runner} Runner */
/** @typedef {import("./run/runner.js").State} State */

const REAL_TIME_FPS = 30;
const WORDS = { idle: "Ready", running: "Running", paused: "Paused" };

export class Controls {
  /**
   * @param {Runner} runner
   * @param {(paused: boolean) => void} start - Run what is in the editor.
   * @param {() => number | null | undefined} fps - The frame rate of the chosen environment.
   */
  constructor(runner, start, fps) {
    this.runner = runner;
    this.start = start;
    this.fps = fps;
    this.speed = element("speed", HTMLSelectElement);
    element("run").addEventListener("click", () => start(false));
    element("pause").addEventListener("click", () => (runner.state === "paused" ? runner.resume() : runner.pause()));
    element("step").addEventListener("click", () => this.#step());
    element("stop").addEventListener("click", () => runner.stop());
    this.speed.addEventListener("change", () => this.applySpeed());
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      start(false);
    });
  }

  /** Apply the chosen speed to the agent. */
  applySpeed() {
    const { value } = this.speed;
    const speed = value === "max" ? Infinity : value === "1x" ? this.fps() || REAL_TIME_FPS : Number(value);
    this.runner.gate.set({ speed });
  }

  /** @param {State} state */
  show(state) {
    const begins = element("state").dataset.state !== "running" && state === "running";
    if (begins) element("screen").scrollIntoView({ block: "nearest" });
    say("state", WORDS[state]);
    for (const id of ["pause", "stop"]) element(id, HTMLButtonElement).disabled = state === "idle";
    say("pause", state === "paused" ? "Resume" : "Pause");
    element("state").dataset.state = state;
  }

  #step() {
    const { runner } = this;
    if (runner.state === "idle") this.start(true);
    if (runner.state === "running") runner.pause();
    else runner.gate.allowOne();
  }
}
