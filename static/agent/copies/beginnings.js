/**
 * Forks that the page keeps of states whose history it does not know, so that what follows can be copied. They are closed
 * when the stage is cleared or the page is left, except those that a copy begins from.
 */

import { Connection } from "../../gymnasium/connection.js";

export class Beginnings {
  /** @param {import("../../page/service.js").Service} service */
  constructor(service) {
    this.service = service;
    /** The ids of the forks. @type {Set<string>} */
    this.forks = new Set();
    addEventListener("pagehide", () => {
      for (const id of this.forks) this.#connection.deleteInPassing(`/v1/envs/${id}/`);
    });
  }

  /** Keep the state that the instance is in now. @param {string} instanceId @returns {Promise<string>} The fork's id. */
  async keep(instanceId) {
    const { instance_ids } = await this.#connection.change("POST", `/v1/envs/${instanceId}/fork/`, { count: 1 });
    this.forks.add(instance_ids[0]);
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
    await Promise.allSettled(forks.map((id) => this.#connection.change("DELETE", `/v1/envs/${id}/`)));
  }

  get #connection() {
    return new Connection({ ...this.service.options, tries: 3 });
  }
}
