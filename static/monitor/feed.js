/**
 * Following a set of instances: one stream for all of them, reopened when it breaks. If the service's replies end, as
 * those of a Lambda function do, the instances are polled instead, with at most four calls at once.
 */

import { GymHTTPError } from "../gymnasium/errors.js";
import { MOST_IDS, parts } from "../page/parts.js";

/** @typedef {import("../page/parts.js").Part} Part */
/** @typedef {{ids: string[], width: number, known: string}} Wanted - `known` is a cursor of what the page shows. */

// The service sends something about every five seconds at least.
const SILENT_MS = 20_000;
const POLL_MS = 500;
const IN_FLIGHT = 4;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

export class Feed {
  /**
   * @param {import("../page/service.js").Service} service
   * @param {(part: Part) => void} heard
   * @param {(error: GymHTTPError) => void} failed
   */
  constructor(service, heard, failed) {
    this.service = service;
    this.heard = heard;
    this.failed = failed;
    this.over = new AbortController();
    /** Whether the service's replies end. */
    this.polled = false;
  }

  /** Follow these instances from now on, and no others. @param {Wanted} wanted */
  follow(wanted) {
    this.stop();
    if (wanted.ids.length) this.#run(wanted, (this.over = new AbortController()).signal);
  }

  stop() {
    this.over.abort(new DOMException("No longer followed.", "AbortError"));
  }

  /** @param {Wanted} wanted @param {AbortSignal} signal */
  async #run(wanted, signal) {
    for (let failures = 0; !signal.aborted; ) {
      try {
        await (this.polled ? this.#poll(wanted, signal) : this.#stream(wanted, signal));
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof GymHTTPError)) throw error;
        // Polling uses shorter addresses, which the gateway accepts.
        if ([414, 431].includes(error.status)) this.polled = true;
        this.failed(error);
        failures += 1;
      }
      // The page has changed since the cursor was made, so everything is sent again.
      wanted = { ...wanted, known: "" };
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS), signal);
    }
  }

  /** @param {Wanted} wanted @param {AbortSignal} signal */
  async #stream({ ids, width, known }, signal) {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENT_MS);
    const path = pathOf({ ids: ids.join(","), width: String(width), ...(known && { known }) });
    try {
      for await (const part of parts(this.service, path, AbortSignal.any([signal, silence.signal]))) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENT_MS);
        if (part.told.cursor !== undefined) this.polled = true;
        this.heard(part);
      }
    } catch (error) {
      if (!silence.signal.aborted || signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {Wanted} wanted @param {AbortSignal} signal */
  async #poll({ ids, width }, signal) {
    const each = Math.min(MOST_IDS, Math.ceil(ids.length / IN_FLIGHT));
    /** @type {string[][]} */
    const groups = [];
    for (let at = 0; at < ids.length; at += each) groups.push(ids.slice(at, at + each));
    await Promise.all(
      groups.map(async (group) => {
        for (let since = ""; !signal.aborted; await pause(POLL_MS, signal)) {
          since = await sinceCursor(this.service, { ids: group, width, since, signal }, this.heard);
        }
      }),
    );
  }
}

/**
 * Read one reply that ends.
 * @param {import("../page/service.js").Service} service
 * @param {{ids: string[], width: number, since: string, signal: AbortSignal}} wanted
 * @param {(part: Part) => void} heard
 * @returns {Promise<string>} The next cursor.
 */
export async function sinceCursor(service, { ids, width, since, signal }, heard) {
  let cursor = since;
  for await (const part of parts(service, pathOf({ ids: ids.join(","), width: String(width), since }), signal)) {
    cursor = part.told.cursor ?? cursor;
    heard(part);
  }
  return cursor;
}

/** @param {Record<string, string>} query */
const pathOf = (query) => `/v1/monitor/frames/?${new URLSearchParams(query)}`;

/** Wait until the time is over or the signal aborts. @param {number} duration @param {AbortSignal} signal @returns {Promise<void>} */
export function pause(duration, signal) {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => (clearTimeout(timer), signal.removeEventListener("abort", end), resolve());
    const timer = setTimeout(end, duration);
    signal.addEventListener("abort", end);
  });
}
