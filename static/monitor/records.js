/** Polls the records of environments outside the window, every few seconds and without pictures. */

import { GymHTTPError } from "../gymnasium/errors.js";
import { pause, sinceCursor } from "./feed.js";
import { idOf } from "./instance.js";
import { MOST_IDS } from "../page/parts.js";

/** @typedef {import("../page/parts.js").Part} Part */

const EVERY_MS = 3_000;

export class Records {
  /** @param {import("../page/service.js").Service} service @param {(part: Part) => void} heard */
  constructor(service, heard) {
    this.service = service;
    this.heard = heard;
    this.over = new AbortController();
    /** Addresses of instances that the feed follows. @type {Set<string>} */
    this.skipped = new Set();
    /** The last known revision of each. @type {Map<string, number>} */
    this.told = new Map();
  }

  /** Do not ask about these from now on. @param {Set<string>} addresses */
  skip(addresses) {
    this.skipped = addresses;
  }

  /** Ask every few seconds. @param {() => string[]} addresses */
  async start(addresses) {
    this.stop();
    const { signal } = (this.over = new AbortController());
    while (!signal.aborted) {
      await pause(EVERY_MS, signal);
      const asked = addresses().filter((address) => !this.skipped.has(address));
      const there = new Set(addresses().map(idOf));
      for (const id of this.told.keys()) if (!there.has(id)) this.told.delete(id);
      if (!signal.aborted) await this.ask(asked);
    }
  }

  stop() {
    this.over.abort(new DOMException("No longer asked.", "AbortError"));
  }

  /** Ask once about those that have changed. @param {string[]} addresses */
  async ask(addresses) {
    const { signal } = this.over;
    for (let at = 0; at < addresses.length && !signal.aborted; at += MOST_IDS) {
      const some = addresses.slice(at, at + MOST_IDS);
      try {
        await sinceCursor(this.service, { ids: some, width: 0, since: this.#cursor(some), signal }, (part) => this.#note(part));
      } catch (error) {
        // The roster reports a service that does not answer.
        if (!(error instanceof GymHTTPError || signal.aborted)) throw error;
      }
    }
  }

  /** @param {string[]} addresses */
  #cursor(addresses) {
    const known = addresses.map(idOf).filter((id) => this.told.has(id));
    return known.map((id) => `${id.slice(0, 8)}-${this.told.get(id)}`).join(".");
  }

  /** @param {Part} part */
  #note(part) {
    const { instance_id, revision } = part.told;
    if (instance_id && revision !== undefined) this.told.set(instance_id, revision);
    this.heard(part);
  }
}
