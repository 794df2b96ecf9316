/**
 * The service that a page calls, and its API key.
 *
 * `config.js` names the default; `?api=ADDRESS` in a link names another. A key is only sent to the address that it was
 * entered for. The visitor confirms an address that is new to this browser before it is called.
 */

import { API_URL } from "../config.js";
import { ask } from "./dialog.js";

const KEYS = "gym-http.keys";
const KNOWN = "gym-http.services";

export class Service {
  /** @param {string} url */
  constructor(url) {
    /** Its address without a trailing slash. */
    this.url = url;
    /** Whether it is the default. */
    this.usual = url === USUAL;
  }

  /** Current options for the calls of gymnasium.js. */
  get options() {
    return { url: this.url, apiKey: this.apiKey };
  }

  /** @returns {string | undefined} */
  get apiKey() {
    return kept(KEYS)[this.url];
  }

  /**
   * Ask the visitor for the key, and store it in this browser for this address.
   * @returns {Promise<boolean>} Whether one was entered.
   */
  async askForKey() {
    const key = await ask({
      title: "This service requires an API key",
      words: `The key for ${this.url} is stored in this browser and sent to no other address.`,
      field: "API key",
      yes: "Use this key",
      no: "Not now",
    });
    if (key) this.useKey(key);
    return Boolean(key);
  }

  /** Store a key in this browser for this address. @param {string} key */
  useKey(key) {
    keep(KEYS, { ...kept(KEYS), [this.url]: key });
  }

  /** The address of another page, for the same service.
   * @param {string} page - With its query, if it has one. */
  link(page) {
    const link = new URL(page, location.href);
    if (!this.usual) link.searchParams.set("api", this.url);
    return link.href;
  }
}

/** @param {string} address @returns {string} */
const bare = (address) => address.replace(/\/+$/, "");

// The folder of the pages, which a proxy may serve below a path.
const USUAL = bare(new URL(API_URL || "..", import.meta.url).href);

/**
 * The service that this page's address names. A new one is used if the visitor agrees.
 * @returns {Promise<Service>}
 */
export async function openService() {
  const asked = new URLSearchParams(location.search).get("api");
  if (!asked) return new Service(USUAL);
  const url = addressOf(asked);
  if (url === USUAL || (url && kept(KNOWN)[url])) return new Service(url);
  const agreed = await ask({
    title: url ? "Use another service?" : "That is not an address",
    words: url
      ? `This link makes the page use ${url}, which this browser has not used before. What you run here is sent there.`
      : `The link names the service “${asked}”, which is not an http or https address.`,
    yes: url ? "Use it" : "Use the default",
    no: url ? "Use the default" : "Close",
  });
  if (!url || agreed === null) return new Service(USUAL);
  keep(KNOWN, { ...kept(KNOWN), [url]: "confirmed" });
  return new Service(url);
}

/** @param {string} text @returns {string | null} */
function addressOf(text) {
  if (!URL.canParse(text)) return null;
  const { protocol, origin, pathname } = new URL(text);
  return protocol === "http:" || protocol === "https:" ? bare(origin + pathname) : null;
}

/** Values for as long as the page is open, where storage is forbidden. @type {Map<string, Record<string, string>>} */
const memory = new Map();

/** @param {string} name @returns {Record<string, string>} */
function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "{}");
  } catch {
    return memory.get(name) ?? {};
  }
}

/** @param {string} name @param {Record<string, string>} values */
function keep(name, values) {
  memory.set(name, values);
  try {
    localStorage.setItem(name, JSON.stringify(values));
  } catch {
    // Kept in memory above.
  }
}
