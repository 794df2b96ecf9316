/** Lists the environments every second. If the service does not answer, the pauses grow. */

import { GymHTTPError } from "../gymnasium/errors.js";
import { readPages } from "../gymnasium/pages.js";
import { pause } from "./feed.js";

const EVERY_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

// A list of many environments is work for the service, so listing takes a tenth of the time at most. A single slow
// answer, as from a service that has just started, does not count.
const SHARE = 10;

export class Roster {
  /**
   * @param {import("../page/service.js").Service} service
   * @param {(found: [string, string][]) => void} heard - Pairs of address and environment id.
   * @param {(error: GymHTTPError, seconds: number) => void} failed - With the seconds until the next attempt.
   */
  constructor(service, heard, failed) {
    this.service = service;
    this.heard = heard;
    this.failed = failed;
    this.over = new AbortController();
  }

  /** List from now on. */
  async start() {
    this.stop();
    const { signal } = (this.over = new AbortController());
    for (let failures = 0, before = 0; !signal.aborted; ) {
      const began = performance.now();
      try {
        const options = { ...this.service.options, tries: 1, timeout: 10_000, signal };
        // For a teacher's key these are everyone's.
        const found = await readPages("/v1/envs/?owners=all", options);
        failures = 0;
        if (!signal.aborted) this.heard(Object.entries(found));
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof GymHTTPError)) throw error;
        failures += 1;
        this.failed(error, wait(failures) / 1000);
      }
      const took = performance.now() - began;
      await pause(failures ? wait(failures) : Math.max(EVERY_MS - took, Math.min(took, before) * SHARE), signal);
      before = took;
    }
  }

  stop() {
    this.over.abort(new DOMException("No longer asked.", "AbortError"));
  }
}

/** @param {number} failures - In a row. */
const wait = (failures) => Math.min(EVERY_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
