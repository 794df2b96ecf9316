/** One environment on the wall. */

import { make, say } from "../page/elements.js";
import { ago, short } from "./instance.js";
import { Screen } from "./screen.js";
import { drawSparkline } from "./sparkline.js";

/** @typedef {import("./instance.js").Instance} Instance */

export class Tile {
  /** @param {Instance} instance @param {(instance: Instance) => void} open */
  constructor(instance, open) {
    this.instance = instance;
    /** Whether it is in the window, or near it. */
    this.seen = false;
    this.changed = false;
    const canvas = make("canvas", { width: "160", height: "107", "aria-hidden": "true" });
    const text = make("pre", { "aria-hidden": "true" });
    const none = make("p", { class: "note" });
    this.screen = new Screen({ canvas, text, none });
    [canvas, text, none].forEach((each) => (each.hidden = true));
    const button = make("button", { type: "button", class: "screen" }, canvas, text, none);
    button.setAttribute("aria-label", `Enlarge ${instance.envId} ${instance.shortId}`);
    button.addEventListener("click", () => open(instance));
    const name = make("button", { type: "button", title: instance.envId }, instance.envId);
    name.addEventListener("click", () => open(instance));
    this.state = make("span", { class: "state" });
    this.age = make("span", { class: "age" });
    this.episode = make("dd", { class: "number" }, "–");
    this.steps = make("dd", { class: "number" }, "–");
    this.returned = make("dd", { class: "number" }, "–");
    this.spark = make("canvas", { class: "spark", "aria-hidden": "true" });
    this.element = make(
      "li",
      { class: "tile", "data-id": instance.id },
      button,
      make("div", { class: "line" }, make("h2", {}, name), make("code", {}, instance.owner ?? instance.shortId)),
      make(
        "dl",
        {},
        make("div", {}, make("dt", {}, "Episode"), this.episode),
        make("div", {}, make("dt", {}, "Step"), this.steps),
        make("div", {}, make("dt", {}, "Return"), this.returned),
      ),
      make("div", { class: "line" }, this.state, this.spark, this.age),
    );
  }

  /** Show what has changed. @param {number} now - In the service's time. */
  paint(now) {
    this.changed = false;
    const { instance } = this;
    if (instance.record.revision === undefined) return;
    say(this.episode, String(instance.record.episode));
    say(this.steps, String(instance.steps));
    say(this.returned, short(instance.episodeReturn));
    if (instance.whyBlind) this.screen.blind(instance.whyBlind);
    drawSparkline(this.spark, instance.returns);
    this.tick(now);
  }

  /** Show its age and state. @param {number} now */
  tick(now) {
    const { instance } = this;
    if (!instance.used) return;
    const state = instance.state(now);
    say(this.age, ago(now - instance.used));
    say(this.state, state);
    if (this.element.dataset.state !== state) this.element.dataset.state = state;
  }
}
