/** Reads replies that are a sequence of parts, with metadata and a picture each. */

import { ConnectionFailed } from "../gymnasium/errors.js";
import { answer } from "./answer.js";

/**
 * @typedef {object} Told - The metadata of a part.
 * @property {string} [instance_id]
 * @property {string} [env_id]
 * @property {string | null} [render_mode]
 * @property {number} [episode]
 * @property {number} [steps]
 * @property {number | string} [episode_return] - A word if it is not finite.
 * @property {boolean} [ended]
 * @property {string} [created]
 * @property {string} [used]
 * @property {number} [revision]
 * @property {string | null} [content_type]
 * @property {string | null} [trouble]
 * @property {boolean} [gone]
 * @property {string} [now]
 * @property {string} [cursor]
 * @property {number | null} [index] - Of a call among those that made the revision.
 */
/** @typedef {{told: Told, picture: Uint8Array<ArrayBuffer>}} Part */
/** @typedef {import("./service.js").Service} Service */

const LONGEST_PART = 16_000_000;

/** With more ids, a gateway refuses the address as too long. */
export const MOST_IDS = 100;

/**
 * @param {Service} service
 * @param {string} path - With its query.
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Part>}
 * @throws {import("../gymnasium/errors.js").GymHTTPError}
 */
export async function* parts(service, path, signal) {
  const { body } = await answer(service, path, { signal });
  if (!body) return;
  const source = new Source(body.getReader());
  for (;;) {
    const length = await source.number(true);
    if (length === null) return;
    const told = JSON.parse(new TextDecoder().decode(await source.bytes(length)));
    yield { told, picture: await source.bytes((await source.number()) ?? 0) };
  }
}

/** Reads bytes from chunks of any size. */
class Source {
  /** @param {ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>} reader */
  constructor(reader) {
    this.reader = reader;
    this.chunk = new Uint8Array(0);
    this.at = 0;
  }

  /** A length; null at the end of the reply, if `mayEnd`. @param {boolean} [mayEnd] */
  async number(mayEnd) {
    if (mayEnd && this.at === this.chunk.length && !(await this.#more())) return null;
    const four = await this.bytes(4);
    const length = new DataView(four.buffer, four.byteOffset).getUint32(0);
    if (length > LONGEST_PART) throw new ConnectionFailed(0, { detail: "The service sent an invalid part." });
    return length;
  }

  /** @param {number} length */
  async bytes(length) {
    const taken = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (this.at === this.chunk.length && !(await this.#more())) {
        throw new ConnectionFailed(0, { detail: "The reply ended in the middle of a part." });
      }
      const piece = this.chunk.subarray(this.at, this.at + length - filled);
      taken.set(piece, filled);
      filled += piece.length;
      this.at += piece.length;
    }
    return taken;
  }

  async #more() {
    for (;;) {
      const { done, value } = await this.reader.read().catch(cutShort);
      if (done) return false;
      if (!value.length) continue;
      this.chunk = value;
      this.at = 0;
      return true;
    }
  }
}

/** @param {unknown} cause @returns {never} */
function cutShort(cause) {
  if (!(cause instanceof TypeError)) throw cause;
  throw new ConnectionFailed(0, { detail: "The reply was cut short." }, { cause });
}
