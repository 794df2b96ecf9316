/** One recording in the list: what it is of, its episodes once they are asked for, and its end. */

import { Connection } from "../gymnasium/connection.js";
import { ask } from "../page/dialog.js";
import { make } from "../page/elements.js";
import { endInWords, episodes } from "../page/recording.js";
import { rewardOf } from "../timeline/track.js";
import { valueInWords } from "../page/words.js";

/** @typedef {import("../page/recording.js").Recording} Recording */
/** @typedef {import("../page/recording.js").Episode} Episode */

/** The best of these are shown. */
const MOST_EPISODES = 1000;
const MOST_ROWS = 100;

export class Entry {
  /**
   * @param {import("../page/service.js").Service} service
   * @param {Recording} recording
   * @param {{failed: (error: unknown) => void, deleted: (entry: Entry) => void}} listener
   */
  constructor(service, recording, listener) {
    this.service = service;
    this.recording = recording;
    this.listener = listener;
    this.list = make("ol", { class: "episodes" });
    const { instance_id, env_id, name } = recording;
    const remove = make("button", { type: "button", class: "danger", "aria-label": `Delete ${name || env_id}` }, "Delete…");
    remove.addEventListener("click", () => this.#remove().catch(listener.failed));
    const unfold = make("details", {}, make("summary", {}, "Episodes"), this.list);
    unfold.addEventListener("toggle", () => unfold.open && !this.list.children.length && this.#load().catch(listener.failed));
    const title = name ? [make("strong", {}, name), " ", env_id] : [make("strong", {}, env_id)];
    const head = make("div", { class: "heading" }, make("p", {}, ...title), remove);
    this.row = make("li", { "data-id": instance_id }, head, make("p", { class: "note" }, this.#words()), unfold);
  }

  #words() {
    const { instance_id, episode, steps, episode_return, used, closed, recording } = this.recording;
    const state = closed ? "closed" : recording ? "records" : "records no longer";
    const last = `the last with ${steps} steps and return ${valueInWords(episode_return)}`;
    const words = [`${episode} ${episode === 1 ? "episode" : "episodes"}`, ...(episode ? [last] : []), state];
    return [...words, new Date(used).toLocaleString(), instance_id.slice(0, 8)].join(" · ");
  }

  /** List the episodes, the highest return first. */
  async #load() {
    const { instance_id } = this.recording;
    this.list.replaceChildren(make("li", { class: "note" }, "Loading…"));
    /** @type {Episode[]} */
    const found = [];
    try {
      for await (const page of episodes(new Connection(this.service.options), instance_id)) {
        found.push(...page);
        if (found.length >= MOST_EPISODES) break;
      }
    } finally {
      this.list.replaceChildren();
    }
    found.sort((a, b) => rewardOf(b.return) - rewardOf(a.return));
    const rows = found.slice(0, MOST_ROWS).map((each) => this.#episode(each));
    const more = found.length > MOST_ROWS ? [make("li", { class: "note" }, `And ${found.length - MOST_ROWS} more.`)] : [];
    this.list.replaceChildren(...(rows.length ? rows : [make("li", { class: "note" }, "No episode has begun.")]), ...more);
  }

  /** @param {Episode} episode */
  #episode(episode) {
    const href = this.service.link(`replay.html?instance=${this.recording.instance_id}&episode=${episode.number}`);
    const words = ` return ${valueInWords(episode.return)} · ${episode.steps} steps · ${endInWords(episode)}`;
    return make("li", {}, make("a", { href }, `Episode ${episode.number}`), make("span", { class: "note" }, words));
  }

  async #remove() {
    const { instance_id, env_id, name } = this.recording;
    const sure = await ask({
      title: `Delete the recording of ${name || env_id}?`,
      words: "Its episodes can then be neither replayed, filmed nor branched from. This cannot be undone.",
      yes: "Delete it",
      no: "Keep it",
    });
    if (sure === null) return;
    await new Connection(this.service.options).change("DELETE", `/v1/envs/${instance_id}/history/`);
    this.list.replaceChildren();
    this.listener.deleted(this);
  }
}
