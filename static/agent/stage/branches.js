/** Checkpoints and forks of the environment that is being played. */

import { element, make } from "../../page/elements.js";

/** @typedef {import("../run/session.js").Session} Session */
/** @typedef {import("../../page/service.js").Service} Service */

export class Branches {
  /**
   * @param {Service} service
   * @param {() => Session | undefined} sessionNow
   * @param {(text: string, ...more: Node[]) => void} note - Shows a message.
   * @param {(action: number) => string | null} nameOf
   */
  constructor(service, sessionNow, note, nameOf) {
    this.service = service;
    this.sessionNow = sessionNow;
    this.note = note;
    this.select = element("checkpoints", HTMLSelectElement);
    element("keep").addEventListener("click", () => this.#try((session, path) => this.#keep(session, path)));
    element("go-back").addEventListener("click", () => this.#try((session, path) => this.#goBack(session, path)));
    element("fork").addEventListener("click", () => this.#try((session, path) => this.#fork(session, path)));
    element("ahead").addEventListener("click", async () => {
      const { lookAhead } = await import("./ahead.js");
      let draw = () => {};
      await this.#try(async ({ connection }, path) => {
        draw = await lookAhead(connection, path, nameOf);
      });
      draw();
    });
    this.refresh();
  }

  /** Enable what can be done now. */
  refresh() {
    const watched = this.sessionNow()?.watched;
    for (const option of [...this.select.options]) if (option.dataset.instance !== watched?.id) option.remove();
    element("futures").replaceChildren();
    for (const id of ["keep", "fork", "ahead"]) element(id, HTMLButtonElement).disabled = !watched;
    element("go-back", HTMLButtonElement).disabled = this.select.disabled = !watched || !this.select.options.length;
  }

  /** @param {(session: Session, path: string) => Promise<void>} action */
  async #try(action) {
    const session = this.sessionNow();
    if (!session?.watched) return;
    try {
      await action(session, `/v1/envs/${session.watched.id}/`);
    } catch (error) {
      this.note(String(error));
    }
    this.refresh();
  }

  /** @param {Session} session @param {string} path */
  async #keep(session, path) {
    const instance = session.watched;
    const { checkpoint_id, steps, episode } = await session.connection.change("POST", `${path}checkpoints/`, {});
    instance?.marked(checkpoint_id);
    const option = make("option", { value: checkpoint_id, "data-instance": instance?.id ?? "" }, `episode ${episode}, step ${steps}`);
    this.select.append(option);
    this.select.value = checkpoint_id;
  }

  /** @param {Session} session @param {string} path */
  async #goBack(session, path) {
    const url = `${this.service.url}${path}restore/`;
    // Through the session, so that it notices the call.
    const reply = await session.fetchNow(url, { method: "POST", body: JSON.stringify({ checkpoint_id: this.select.value }) });
    if (!reply.ok) throw new Error((await reply.json()).detail);
  }

  /** @param {Session} session @param {string} path */
  async #fork(session, path) {
    const { instance_ids } = await session.connection.change("POST", `${path}fork/`, { count: 1 });
    const href = this.service.link(`agent.html?instance=${instance_ids[0]}`);
    const link = make("a", { href, target: "_blank", rel: "noopener" }, "open it in a new tab");
    this.note(`Forked as ${instance_ids[0]}: `, link);
  }
}
