/** Looking back on what is on the stage holds the run, and a branch goes on from there. */

import { Connection } from "../../gymnasium/connection.js";
import { element, make } from "../../page/elements.js";
import { episodeAt, recordingOf } from "../../page/recording.js";
import { download } from "../../timeline/download.js";
import { forkAt } from "../../timeline/fork.js";
import { readPoints } from "../../timeline/rows.js";
import { Timeline } from "../../timeline/timeline.js";

/** @typedef {import("../../timeline/track.js").Point} Point */
/** @typedef {import("../run/instance.js").Instance} Instance */
/** @typedef {import("../../page/stage.js").Picture} Picture */

const FPS = 30;
/** Revisions of somebody's environment that are looked up in its log. */
const REVISIONS = 2000;
/** The visitor rests at a point, so that what is not known of it is worth a call. */
const REST_MS = 200;
const UNRECORDED = "This step was not recorded.";

/**
 * @typedef {object} Scene - What the page shows, and what plays on it.
 * @property {import("../run/runner.js").Runner} runner
 * @property {import("../play/play.js").Play} play
 * @property {import("../../page/stage.js").Stage} stage
 * @property {import("../stage/readings.js").Readings} readings
 * @property {(text: string, ...more: Node[]) => void} note - Shows a message.
 * @property {() => number | null | undefined} fps - The frame rate of the chosen environment.
 * @property {(id: string, track: import("../../timeline/track.js").Track) => Promise<void>} admit - Opens a recorded instance.
 */

export class Looking {
  /** @param {import("../../page/service.js").Service} service @param {Scene} scene */
  constructor(service, scene) {
    this.service = service;
    this.scene = scene;
    /** Whether looking back has paused the run. */
    this.held = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.rest = undefined;
    this.timeline = new Timeline(service, {
      looked: (point) => this.#looked(point),
      showed: (picture) => void scene.stage.show(picture),
      failed: (error) => scene.note(`The past cannot be drawn: ${error.detail}`),
      rate: () => Math.min(scene.fps() || FPS, FPS),
    });
    this.recording = element("record", HTMLInputElement);
    element("now").addEventListener("click", () => this.#goOn());
    element("branch").addEventListener("click", () => this.#try(() => this.#branch()));
    element("film").addEventListener("click", () => this.#try(() => this.#film()));
    element("step").addEventListener("click", () => this.timeline.now());
    this.refresh();
  }

  /** An instance was reset, stepped or restored. @param {Instance} instance */
  changed({ track }) {
    this.timeline.follow(track);
    this.refresh();
  }

  /** @param {import("../run/runner.js").State} state */
  became(state) {
    if (state === "running") this.timeline.now();
    if (state !== "paused") this.held = false;
    this.refresh();
  }

  /** Read what the log tells of an instance that the page was opened with. @param {Instance} instance */
  async read(instance) {
    const connection = new Connection(this.service.options);
    const recording = await recordingOf(connection, instance.id);
    if (!recording) return this.changed(instance);
    instance.recording = recording.recording;
    const after = Math.max(recording.revision - REVISIONS, 0);
    const points = await readPoints(connection, instance.id, { after, most: 10 * REVISIONS });
    if (!instance.track.last) for (const point of points) instance.track.add(point);
    this.changed(instance);
  }

  /** Show nothing. */
  clear() {
    clearTimeout(this.rest);
    this.timeline.clear();
    this.refresh();
  }

  /** Enable what can be done now. */
  refresh() {
    const { seen, point } = this.timeline;
    const watched = this.scene.runner.session?.watched;
    const why = !seen ? "" : seen.place === null ? UNRECORDED : "";
    for (const id of ["branch", "film"]) {
      element(id, HTMLButtonElement).disabled = !seen || seen.place === null;
      element(id).title = why;
    }
    element("now", HTMLButtonElement).disabled = !point;
    this.recording.checked = watched ? watched.recording : this.scene.runner.recording;
  }

  /** @param {Point | null} point */
  #looked(point) {
    const { runner, play, readings } = this.scene;
    if (point && (runner.state === "running" || (play.on && runner.state === "idle"))) {
      runner.pause();
      this.held = true;
    }
    readings.lookAt(point);
    clearTimeout(this.rest);
    if (point && point.observation === undefined && point.place !== null) this.rest = setTimeout(() => this.#ask(point), REST_MS);
    this.refresh();
  }

  /** Ask for what is not known of a point. @param {Point} point */
  async #ask(point) {
    await this.#try(async () => {
      const { observation } = await new Connection(this.service.options).read(`/v1/envs/${point.instance}/at/${point.place}/`);
      if (this.timeline.point === point) this.scene.readings.lookAt({ ...point, observation });
    });
  }

  /** Show the present, and let go on what looking back has held. */
  #goOn() {
    const { held } = this;
    this.timeline.now();
    if (held && this.scene.runner.state === "paused") this.scene.runner.resume();
  }

  async #branch() {
    const { runner, play, note, admit } = this.scene;
    const { seen: point, track } = this.timeline;
    if (!point) return;
    const { session, state } = runner;
    const id = await forkAt(new Connection(this.service.options), point);
    const watched = session && session === runner.session && track === session.watched?.track ? session.watched : undefined;
    const { held } = this;
    if (watched && (state !== "idle" || play.on)) await session?.goOnIn(watched.branched(id, point));
    else await admit(id, track.upTo(point));
    const href = this.service.link(`agent.html?instance=${id}`);
    const link = make("a", { href, target: "_blank", rel: "noopener" }, "open it in a new tab");
    note(`Goes on from episode ${point.episode}, step ${point.step}, in the fork ${id}: `, link);
    if (held && runner.state === "paused") runner.resume();
    if (play.on) element("screen").focus({ preventScroll: true });
  }

  async #film() {
    const { seen } = this.timeline;
    if (!seen?.place) return;
    const { instance, place, episode } = seen;
    const found = await episodeAt(new Connection(this.service.options), instance, place, episode);
    if (!found) throw new Error("The service knows no episode of this step.");
    const name = `episode-${found.number}`;
    await download(this.service, `/v1/envs/${instance}/episodes/${found.number}/video/`, name, element("film"));
  }

  /** Record calls from now on, or no longer. @param {boolean} on */
  record(on) {
    return this.#try(() => this.#record(on));
  }

  /** @param {boolean} on */
  async #record(on) {
    const { runner } = this.scene;
    runner.recording = on;
    const { session } = runner;
    if (!session) return;
    session.recording = on;
    const { watched } = session;
    if (!watched || watched.recording === on) return;
    await session.connection.change("POST", `/v1/envs/${watched.id}/record/`, { on });
    watched.recording = on;
  }

  /** @param {() => Promise<void>} action */
  async #try(action) {
    try {
      await action();
    } catch (error) {
      this.scene.note(error instanceof Error ? error.message : String(error));
    }
    this.refresh();
  }
}
