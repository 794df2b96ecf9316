/** The dialog of one environment. Its id is the page's fragment, so that it can be linked to. */

import { Connection } from "../gymnasium/connection.js";
import { GymHTTPError } from "../gymnasium/errors.js";
import { ask } from "../page/dialog.js";
import { element, say } from "../page/elements.js";
import { ago, short } from "./instance.js";
import { Screen } from "./screen.js";
import { drawSparkline } from "./sparkline.js";

/** @typedef {import("./instance.js").Instance} Instance */

export class Enlarged {
  /**
   * @param {import("../page/service.js").Service} service
   * @param {(instance: Instance | null) => void} became - Called when another one is enlarged, or none.
   */
  constructor(service, became) {
    this.service = service;
    this.became = became;
    /** @type {Instance | null} */
    this.instance = null;
    this.dialog = element("enlarged", HTMLDialogElement);
    this.canvas = element("enlarged-picture", HTMLCanvasElement);
    this.spark = element("enlarged-spark", HTMLCanvasElement);
    this.screen = new Screen({ canvas: this.canvas, text: element("enlarged-text"), none: element("enlarged-none") });
    element("enlarged-leave").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.#left());
    // A click outside the content is one on the dialog itself.
    this.dialog.addEventListener("click", ({ target }) => target === this.dialog && this.dialog.close());
    element("enlarged-link").addEventListener("click", () => this.#copyLink());
    element("enlarged-fork").addEventListener("click", () => this.#attempt((id) => this.#fork(id)));
    element("enlarged-close").addEventListener("click", () => this.#attempt((id) => this.#end(id)));
  }

  /** @param {Instance} instance */
  show(instance) {
    this.instance = instance;
    say("enlarged-name", instance.envId);
    say("enlarged-id", instance.owner ? `${instance.id} of ${instance.owner}` : instance.id);
    // Others' environments are only watched.
    for (const id of ["enlarged-open", "enlarged-fork", "enlarged-close"]) element(id).hidden = instance.owner !== null;
    say("enlarged-said", "");
    element("enlarged-open").setAttribute("href", this.service.link(`agent.html?instance=${instance.id}`));
    this.screen.blind(instance.whyBlind ?? "Loading the picture…");
    if (!this.dialog.open) this.dialog.showModal();
    history.replaceState(null, "", `#${instance.id}`);
    this.paint(Date.now());
    this.became(instance);
  }

  /** Show its record. @param {number} now - In the service's time. */
  paint(now) {
    const { instance } = this;
    if (!instance || instance.record.revision === undefined) return;
    say("enlarged-episode", String(instance.record.episode));
    say("enlarged-steps", `${instance.steps}${instance.record.ended ? ", ended" : ""}`);
    say("enlarged-return", short(instance.episodeReturn));
    say("enlarged-age", ago(now - instance.used));
    say("enlarged-created", ago(now - instance.created));
    if (instance.whyBlind) this.screen.blind(instance.whyBlind);
    drawSparkline(this.spark, instance.returns);
  }

  /** The environment is gone. */
  gone() {
    if (this.instance) this.dialog.close();
  }

  #left() {
    this.instance = null;
    history.replaceState(null, "", location.pathname + location.search);
    this.became(null);
  }

  /** @param {(id: string) => Promise<void>} action */
  async #attempt(action) {
    const id = this.instance?.id;
    if (!id) return;
    try {
      await action(id);
    } catch (error) {
      if (!(error instanceof GymHTTPError)) throw error;
      say("enlarged-said", error.detail);
    }
  }

  async #copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      say("enlarged-said", "Link copied.");
    } catch {
      // Only secure pages have a clipboard.
      say("enlarged-said", location.href);
    }
  }

  /** @param {string} id */
  async #fork(id) {
    const made = await new Connection(this.service.options).change("POST", `/v1/envs/${id}/fork/`, {});
    say("enlarged-said", `Forked as ${made.instance_ids[0].slice(0, 8)}.`);
  }

  /** @param {string} id */
  async #end(id) {
    const sure = await ask({
      title: "Close this environment?",
      words: `${this.instance?.envId} ${id} and its checkpoints are deleted, even if someone is using it.`,
      yes: "Close it",
      no: "Keep it",
    });
    if (sure === null) return;
    await new Connection(this.service.options).change("DELETE", `/v1/envs/${id}/`);
    this.dialog.close();
  }
}
