/** Which environments there are, asked each second; a service that does not answer is asked more and more slowly. */

import { GymHTTPError, instances } from "../gymnasium.js";
import { pause } from "./feed.js";

const EVERY_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

// A list of many environments costs the service something, so it is asked for in a tenth of the time at most. One
// slow answer, as a service gives that has just started, says nothing of that.
const SHARE = 10;

export class Roster {
  /**
   * @param {import("../page/service.js").Service} service
   * @param {(found: [string, string][]) => void} heard - Pairs of instance id and environment id.
   * @param {(error: GymHTTPError, seconds: number) => void} failed - And when it is asked again.
   */
  constructor(service, heard, failed) {
    this.service = service;
    this.heard = heard;
    this.failed = failed;
    this.over = new AbortController();
  }

  /** Ask from now on. */
  async start() {
    this.stop();
    const { signal } = (this.over = new AbortController());
    for (let failures = 0, before = 0; !signal.aborted; ) {
      const began = performance.now();
      try {
        const found = await instances({ ...this.service.options, tries: 1, timeout: 10_000, signal });
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
