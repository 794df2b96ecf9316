/**
 * HTTP to one server: JSON, keys, time-outs, retries. It knows nothing of environments.
 *
 * A call is retried if no reply came, or an error that waiting may cure. The server applies a call with a key once and
 * repeats its first reply, so nothing is applied twice.
 */

import { ConnectionFailed, errorOf } from "./errors.js";

/**
 * @typedef {object} ConnectionOptions
 * @property {string} [url] - The server's address, with its path if it has one and with or without /v1. By default the page's origin;
 *   outside pages http://127.0.0.1:5000.
 * @property {string} [apiKey] - The SECRET of `Authorization: Bearer SECRET`.
 * @property {typeof fetch} [fetch] - Used instead of the global one.
 * @property {number} [timeout] - Milliseconds for each attempt; 30,000 by default.
 * @property {number} [tries] - The most attempts of a call; 5 by default.
 * @property {AbortSignal} [signal] - Aborts every call but deletions.
 */

const SNAPSHOT = "application/vnd.gymnasium.snapshot";

/** Media types of films, and how long one may take: it is made while it is read. */
const FILMS = new Set(["video/mp4", "image/webp"]);
const FILM_MS = 600_000;

const FIRST_PAUSE_MS = 100;
const LONGEST_BACK_OFF_MS = 5_000;
const LONGEST_PAUSE_MS = 20_000;

// 502 and 504 come from a gateway. The call may have been applied; its key makes repeating it harmless.
const PASSING = new Set([429, 502, 503, 504]);

// These come with 429 and 503 too, but waiting does not cure them.
const LASTING = new Set(["quota-exceeded", "misconfigured"]);

/** Defaults for the options of connections. A program may assign to it. @type {ConnectionOptions} */
export const defaults = { timeout: 30_000, tries: 5 };

export class Connection {
  /** @param {ConnectionOptions} [options] */
  constructor(options) {
    const { url, apiKey, fetch, timeout = 30_000, tries = 5, signal } = { ...defaults, ...given(options) };
    this.url = (url || globalThis.location?.origin || "http://127.0.0.1:5000").replace(/(?<=[^/:])(?:\/+v1)?\/*$/, "");
    this.headers = { "Content-Type": "application/json", ...(apiKey && { Authorization: `Bearer ${apiKey}` }) };
    // Bound: browsers refuse to call fetch as a method of another object.
    this.fetch = fetch ?? globalThis.fetch.bind(globalThis);
    this.timeout = timeout;
    this.tries = tries;
    this.signal = signal;
  }

  /**
   * A call that changes nothing. With a body it is a POST.
   * @param {string} path
   * @param {Record<string, unknown>} [body]
   */
  read(path, body) {
    return this.#send(body ? "POST" : "GET", path, {}, body);
  }

  /**
   * A call that changes something, with a key.
   * @param {string} method
   * @param {string} path
   * @param {Record<string, unknown> | Uint8Array} [body] - Non-finite numbers are sent as words, typed arrays as
   *   lists; bytes are a snapshot.
   */
  change(method, path, body) {
    const id = /** @type {any} */ (body)?.calls?.[0]?.instance_id;
    const first = id && { "X-Instance": encodeURIComponent(id) };
    return this.#send(method, path, { "Idempotency-Key": randomKey(), ...first }, body);
  }

  /** A film, which may take longer than a call. @param {string} path @returns {Promise<Blob>} */
  film(path) {
    return this.#send("GET", path, {}, undefined, Math.max(this.timeout, FILM_MS));
  }

  /**
   * Delete without waiting, in a request that outlives the page and whose result is ignored.
   * @param {string} path
   */
  deleteInPassing(path) {
    const { headers } = this;
    this.fetch(this.url + path, { method: "DELETE", headers, keepalive: true }).catch(() => {});
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string>} keys
   * @param {Record<string, unknown> | Uint8Array} [content]
   * @param {number} [timeout] - Milliseconds for each attempt.
   * @returns {Promise<any>} The reply, parsed; a snapshot as bytes, a film as a Blob.
   */
  async #send(method, path, keys, content, timeout = this.timeout) {
    const isFile = content instanceof Uint8Array;
    const body = /** @type {BodyInit | undefined} */ (isFile ? content : content && JSON.stringify(content, encoded));
    // An agent that was stopped must still close its environment.
    const signal = method === "DELETE" ? undefined : this.signal;
    const request = { method, body, signal, headers: { ...this.headers, ...keys, ...(isFile && { "Content-Type": SNAPSHOT }) } };
    for (let attempt = 1; ; attempt++) {
      const { value, error, retryAfter } = await this.#attempt(this.url + path, request, timeout);
      if (!error) return value;
      // An earlier attempt deleted it, and its reply was lost.
      if (method === "DELETE" && attempt > 1 && error.status === 404) return {};
      if (attempt >= this.tries || !passes(error)) throw error;
      await pause(Math.max(retryAfter, backOff(attempt)), signal);
    }
  }

  /**
   * @param {string} url
   * @param {RequestInit} request
   * @param {number} timeout
   * @returns {Promise<{value?: any, error?: import("./errors.js").GymHTTPError, retryAfter: number}>}
   */
  async #attempt(url, request, timeout) {
    const expiry = AbortSignal.timeout(timeout);
    const signal = request.signal ? AbortSignal.any([request.signal, expiry]) : expiry;
    try {
      const reply = await this.fetch(url, { ...request, signal });
      const type = reply.headers.get("Content-Type") ?? "";
      if (reply.ok && FILMS.has(type)) return { value: await reply.blob(), retryAfter: 0 };
      if (reply.ok && type === SNAPSHOT)
        return { value: new Uint8Array(await reply.arrayBuffer()), retryAfter: 0 };
      const text = await reply.text();
      if (reply.ok) return { value: JSON.parse(text), retryAfter: 0 };
      const retryAfter = milliseconds(reply.headers.get("Retry-After"));
      return { error: errorOf(reply.status, problemOf(text, reply.statusText)), retryAfter };
    } catch (cause) {
      request.signal?.throwIfAborted();
      const late = `did not answer in ${timeout} ms`;
      const why = expiry.aborted ? late : "could not be reached, or its reply was cut short";
      return { error: new ConnectionFailed(0, { detail: `${this.url} ${why}.` }, { cause }), retryAfter: 0 };
    }
  }
}

/** The options that are not undefined. @param {ConnectionOptions} [options] @returns {ConnectionOptions} */
function given(options = {}) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** @param {import("./errors.js").GymHTTPError} error */
function passes(error) {
  if (error instanceof ConnectionFailed || error.type === "contended") return true;
  return PASSING.has(error.status) && !LASTING.has(error.type);
}

/** Milliseconds before the next attempt: doubling up to a limit, and half of it random, so that callers spread out.
 * @param {number} attempt */
function backOff(attempt) {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_BACK_OFF_MS) * (0.5 + Math.random() / 2);
}

/** Milliseconds in `Retry-After`, which has seconds or a date (RFC 9110, 10.2.3); 0 without one.
 * @param {string | null} retryAfter */
function milliseconds(retryAfter) {
  if (!retryAfter) return 0;
  const wanted = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Math.min(Math.max(wanted || 0, 0), LONGEST_PAUSE_MS);
}

/**
 * @param {number} duration - In milliseconds.
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function pause(duration, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => (clearTimeout(timer), reject(signal?.reason));
    const timer = setTimeout(() => (signal?.removeEventListener("abort", stop), resolve()), duration);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The problem document, or one made from a gateway's status text.
 * @param {string} text
 * @param {string} title
 * @returns {import("./errors.js").Problem} */
function problemOf(text, title) {
  try {
    const parsed = JSON.parse(text);
    if (parsed && typeof parsed === "object") return parsed;
  } catch {
    // Not JSON: a gateway's page.
  }
  return { title: title || undefined };
}

/** 128 random bits. `crypto.randomUUID` needs Node 19 or a secure page, which http://192.168.1.5 is not. */
function randomKey() {
  if (typeof globalThis.crypto?.randomUUID === "function") return crypto.randomUUID();
  return Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16)).join("");
}

/** A replacer for JSON.stringify.
 * @param {string} _
 * @param {unknown} value */
function encoded(_, value) {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(/** @type {any} */ (value)) : value;
}
