/** An episode of CartPole that this page plays on the service, one call a step. */

import { Env, GymHTTPError, Unauthorized } from "../gymnasium.js";
import { element, say } from "../page/elements.js";
import { offerKey } from "../page/header.js";
import { drawCartPole } from "./cartpole.js";

/** @typedef {import("../page/service.js").Service} Service */

const EVERY_MS = 40;

export class LiveEpisode {
  /** @param {Service} service */
  constructor(service) {
    this.service = service;
    this.canvas = element("live-picture", HTMLCanvasElement);
    this.button = element("live-play", HTMLButtonElement);
    this.playing = false;
    /** @type {ArrayLike<number>} */
    this.observation = [0, 0, 0.05, 0];
    this.button.addEventListener("click", () => (this.playing ? this.stop() : this.play()));
    new ResizeObserver(() => drawCartPole(this.canvas, this.observation)).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawCartPole(this.canvas, this.observation));
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
  }

  /** Play one episode, which ends after 500 steps at the latest. */
  async play() {
    this.#become(true);
    try {
      const env = await Env.make("CartPole-v1", { ...this.service.options, tries: 2, closeOnPageHide: true });
      try {
        await this.#episode(env);
      } finally {
        await env.close();
      }
    } catch (error) {
      if (!(error instanceof GymHTTPError)) throw error;
      if (error instanceof Unauthorized) offerKey();
      say("live-call", error.detail);
    } finally {
      this.#become(false);
    }
  }

  /** Make no further step. */
  stop() {
    this.playing = false;
  }

  /** @param {Env} env */
  async #episode(env) {
    this.#show((await env.reset()).observation);
    let total = 0;
    while (this.playing) {
      const due = performance.now() + EVERY_MS;
      const [position, velocity, angle, spin] = Array.from(this.observation);
      const action = angle + 0.5 * spin + 0.05 * position + 0.1 * velocity > 0 ? 1 : 0;
      const { observation, reward, terminated, truncated } = await env.step(action);
      total += reward;
      this.#show(observation);
      say("live-call", `step/ {"action": ${action}} → reward ${reward}, return ${total}`);
      if (terminated || truncated) return;
      await new Promise((resolve) => setTimeout(resolve, Math.max(due - performance.now(), 4)));
    }
  }

  /** @param {ArrayLike<number>} observation */
  #show(observation) {
    this.observation = observation;
    drawCartPole(this.canvas, observation);
    this.canvas.dataset.frames = String(Number(this.canvas.dataset.frames ?? 0) + 1);
  }

  /** @param {boolean} playing */
  #become(playing) {
    this.playing = playing;
    say(this.button, playing ? "Stop" : "Balance it");
  }
}
