/**
 * Which service a page talks to, and the API key that it holds for that service.
 *
 * `config.js` names the usual one; `?api=ADDRESS` in a link names another. A key is kept under the address that it
 * was typed for and sent to no other, and a link to an address that is new here is confirmed before it is called.
 */

import { API_URL } from "../config.js";
import { ask } from "./dialog.js";

const KEYS = "gym-http.keys";
const KNOWN = "gym-http.services";

export class Service {
  /** @param {string} url */
  constructor(url) {
    /** Its address without a last slash. */
    this.url = url;
    /** Whether it is the one that config.js names. */
    this.usual = url === USUAL;
  }

  /** What gymnasium.js's calls take, as of now. */
  get options() {
    return { url: this.url, apiKey: this.apiKey };
  }

  /** @returns {string | undefined} */
  get apiKey() {
    return kept(KEYS)[this.url];
  }

  /**
   * Ask the visitor for the key, and keep it in this browser for this address alone.
   * @returns {Promise<boolean>} Whether one was given.
   */
  async askForKey() {
    const key = await ask({
      title: "This service wants an API key",
      words: `${this.url} answers holders of a key only. It is kept in this browser, for this address alone.`,
      field: "API key",
      yes: "Use this key",
      no: "Not now",
    });
    if (key) keep(KEYS, { ...kept(KEYS), [this.url]: key });
    return Boolean(key);
  }

  /** The address of a page beside this one, for the same service.
   * @param {string} page - With its query, if any. */
  link(page) {
    const link = new URL(page, location.href);
    if (!this.usual) link.searchParams.set("api", this.url);
    return link.href;
  }
}

/** @param {string} address @returns {string} */
const bare = (address) => address.replace(/\/+$/, "");

const USUAL = bare(new URL(API_URL || "/", location.href).href);

/**
 * The service that this page's address names; a new one is used once the visitor agrees.
 * @returns {Promise<Service>}
 */
export async function openService() {
  const asked = new URLSearchParams(location.search).get("api");
  if (!asked) return new Service(USUAL);
  const url = addressOf(asked);
  if (url === USUAL || (url && kept(KNOWN)[url])) return new Service(url);
  const agreed = await ask({
    title: url ? "Use another service?" : "That is no address",
    words: url
      ? `This link points the page at ${url}, which this browser has not used before. What you run here will go there.`
      : `The link asks for the service “${asked}”, which is not an address of http or https.`,
    yes: url ? "Use it" : "Use the usual one",
    no: url ? "Use the usual one" : "Close",
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

/** Where storage is forbidden, what was kept lasts as long as the page. @type {Map<string, Record<string, string>>} */
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
