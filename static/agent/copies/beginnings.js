/**
 * Forks that the page keeps of states whose history it does not know, so that what follows can be copied. They are closed
 * when the stage is cleared or the page is left, except those that a copy begins from.
 */

import { Connection } from "../../gymnasium/connection.js";

export class Beginnings {
  /** @param {import("../../page/service.js").Service} service */
  constructor(service) {
    this.service = service;
    /** By the ids of the forks, whether they have a log. @type {Map<string, boolean>} */
    this.forks = new Map();
    addEventListener("pagehide", () => {
      for (const id of this.forks.keys()) this.#connection.deleteInPassing(`/v1/envs/${id}/`);
    });
  }

  /** Keep the state that the instance is in now.
   * @param {import("../run/instance.js").Instance} instance @returns {Promise<string>} The fork's id. */
  async keep({ id, recording }) {
    const { instance_ids } = await this.#connection.change("POST", `/v1/envs/${id}/fork/`, { count: 1 });
    this.forks.set(instance_ids[0], recording);
    return instance_ids[0];
  }

  /** A copy begins from it, so it stays until it expires. @param {string} id */
  leave(id) {
    this.forks.delete(id);
  }

  /** Close all that no copy begins from. */
  async clear() {
    const forks = [...this.forks];
    this.forks.clear();
    await Promise.allSettled(forks.map(([id, recording]) => this.#close(id, recording)));
  }

  /** @param {string} id @param {boolean} recording */
  async #close(id, recording) {
    await this.#connection.change("DELETE", `/v1/envs/${id}/`);
    // Else it would stand among the visitor's recordings.
    if (recording) await this.#connection.change("DELETE", `/v1/envs/${id}/history/`);
  }

  get #connection() {
    return new Connection({ ...this.service.options, tries: 3 });
  }
}
