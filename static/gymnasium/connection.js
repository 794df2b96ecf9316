/**
 * HTTP to one server: JSON both ways, keys, time-outs and tries. It knows nothing of environments.
 *
 * A call is tried again when no reply came, or one that waiting mends. The server applies a key once and repeats its
 * first reply, so nothing is applied twice, however often it is sent.
 */

import { ConnectionFailed, errorOf } from "./errors.js";

/**
 * @typedef {object} ConnectionOptions
 * @property {string} [url] - The server, with the path it is served under. By default the page's own origin;
 *   outside pages http://127.0.0.1:5000.
 * @property {string} [apiKey] - The SECRET of `Authorization: Bearer SECRET`.
 * @property {typeof fetch} [fetch] - Used in place of the global one.
 * @property {number} [timeout] - Milliseconds for each try; 30,000 by default.
 * @property {number} [tries] - How often a call is sent at most; 5 by default.
 * @property {AbortSignal} [signal] - Ends every call but deletion, and its repetition, with its reason.
 */

const FIRST_PAUSE_MS = 100;
const LONGEST_BACK_OFF_MS = 5_000;
const LONGEST_PAUSE_MS = 20_000;

// 502 and 504 are a gateway's: whether the call was applied is open, and its key makes that harmless.
const PASSING = new Set([429, 502, 503, 504]);

// These come with 429 and 503 as well, and waiting does not mend them.
const LASTING = new Set(["quota-exceeded", "misconfigured"]);

/** What a connection has where its own options do not say; a program may assign to it. @type {ConnectionOptions} */
export const defaults = { timeout: 30_000, tries: 5 };

export class Connection {
  /** @param {ConnectionOptions} [options] */
  constructor(options) {
    const { url, apiKey, fetch, timeout = 30_000, tries = 5, signal } = { ...defaults, ...given(options) };
    this.url = (url || globalThis.location?.origin || "http://127.0.0.1:5000").replace(/\/+$/, "");
    this.headers = { "Content-Type": "application/json", ...(apiKey && { Authorization: `Bearer ${apiKey}` }) };
    // Bound, since a browser refuses its own fetch as another object's method.
    this.fetch = fetch ?? globalThis.fetch.bind(globalThis);
    this.timeout = timeout;
    this.tries = tries;
    this.signal = signal;
  }

  /**
   * A call that changes nothing; with a body it is a POST.
   * @param {string} path
   * @param {Record<string, unknown>} [body]
   */
  read(path, body) {
    return this.#send(body ? "POST" : "GET", path, {}, body);
  }

  /**
   * A call that changes something, under a key of its own.
   * @param {string} method
   * @param {string} path
   * @param {Record<string, unknown>} [body] - Non-finite numbers go as words, typed arrays as lists.
   */
  change(method, path, body) {
    return this.#send(method, path, { "Idempotency-Key": randomKey() }, body);
  }

  /**
   * Delete without waiting, in a way that outlives the page; whether it worked is not told.
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
   * @param {Record<string, unknown>} [content]
   * @returns {Promise<any>} The reply, parsed.
   */
  async #send(method, path, keys, content) {
    const body = content && JSON.stringify(content, encoded);
    // An agent that was stopped still has to close its environment.
    const signal = method === "DELETE" ? undefined : this.signal;
    const request = { method, body, signal, headers: { ...this.headers, ...keys } };
    for (let attempt = 1; ; attempt++) {
      const { value, error, retryAfter } = await this.#attempt(this.url + path, request);
      if (!error) return value;
      // The first try deleted it, and its reply was lost.
      if (method === "DELETE" && attempt > 1 && error.status === 404) return {};
      if (attempt >= this.tries || !passes(error)) throw error;
      await pause(Math.max(retryAfter, backOff(attempt)), signal);
    }
  }

  /**
   * @param {string} url
   * @param {RequestInit} request
   * @returns {Promise<{value?: any, error?: import("./errors.js").GymHTTPError, retryAfter: number}>}
   */
  async #attempt(url, request) {
    const expiry = AbortSignal.timeout(this.timeout);
    const signal = request.signal ? AbortSignal.any([request.signal, expiry]) : expiry;
    try {
      const reply = await this.fetch(url, { ...request, signal });
      const text = await reply.text();
      if (reply.ok) return { value: JSON.parse(text), retryAfter: 0 };
      const retryAfter = milliseconds(reply.headers.get("Retry-After"));
      return { error: errorOf(reply.status, problemOf(text, reply.statusText)), retryAfter };
    } catch (cause) {
      request.signal?.throwIfAborted();
      const late = `did not answer in ${this.timeout} ms`;
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

/** Milliseconds before the next try: doubling up to a limit, and by half random, so that many callers do not return together.
 * @param {number} attempt */
function backOff(attempt) {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_BACK_OFF_MS) * (0.5 + Math.random() / 2);
}

/** What `Retry-After` asks for: seconds or a date (RFC 9110, 10.2.3); 0 for none.
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

/** A problem document, or one made of a gateway's words.
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

/** 128 random bits; `crypto.randomUUID` is only in Node 19+ and on secure pages, and http://192.168.1.5 is none. */
function randomKey() {
  if (typeof globalThis.crypto?.randomUUID === "function") return crypto.randomUUID();
  return Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16)).join("");
}

/** JSON.stringify's replacer: it would make null of a non-finite number and an object of a typed array.
 * @param {string} _
 * @param {unknown} value */
function encoded(_, value) {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(/** @type {any} */ (value)) : value;
}
