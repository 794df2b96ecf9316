/**
 * The calls of one run to the service, made at the visitor's pace and with the visitor's key. A session reaches only the
 * environments that it made and the one that the page was opened with, so that code from a link cannot harm others. It
 * closes what it made when it ends.
 */

import { Connection } from "../../gymnasium/connection.js";
import { MADE_BY, callOf, elsewhere, isAsSeen, parsed, unreadable, withActions } from "./calls.js";
import { Instance } from "./instance.js";

/** @typedef {import("../../page/service.js").Service} Service */
/** @typedef {import("./gate.js").Gate} Gate */
/** @typedef {import("./calls.js").Call} Call */

/**
 * Called for what happens in a session.
 * @typedef {object} Listener
 * @property {(instance: Instance) => Promise<void> | void} changed - It was reset, stepped or restored. Awaited before
 *   the agent gets its reply.
 * @property {(steps: number) => void} counted - Steps were made.
 * @property {(episodeReturn: number) => void} ended - An episode ended.
 * @property {() => void} drawn - The agent rendered.
 * @property {(trouble: string | null) => void} reached - A message while the service cannot be reached, then null.
 */

const LONGEST_CALL_MS = 60_000;
const FORWARDED = ["accept", "content-type", "idempotency-key", "if-match"];
const PACED = new Set(["step", "rollout"]);
const CHANGING = new Set(["step", "rollout", "reset"]);

export class Session {
  /**
   * @param {Service} service
   * @param {Gate} gate
   * @param {Listener} listener
   * @param {import("../copies/beginnings.js").Beginnings} beginnings
   */
  constructor(service, gate, listener, beginnings) {
    this.service = service;
    this.beginnings = beginnings;
    this.gate = gate;
    this.listener = listener;
    /** @type {Map<string, Instance>} */
    this.instances = new Map();
    /** The instance that was last reset or stepped. @type {Instance | undefined} */
    this.watched = undefined;
    this.stop = new AbortController();
    /** The client's `fetch`. @type {typeof fetch} */
    this.fetch = (url, init) => this.#carry(String(url), init ?? {}, true);
    /** The same for the page's calls, which are not paced. @type {typeof fetch} */
    this.fetchNow = (url, init) => this.#carry(String(url), init ?? {}, false);
    this.onPageHide = () => this.#closeInPassing();
    addEventListener("pagehide", this.onPageHide);
  }

  /** Let the session use an instance that it did not make and will not close. @param {Record<string, any>} record */
  admit(record) {
    this.watched = new Instance(record.instance_id, {}, false);
    this.watched.wasFound(record);
    this.instances.set(this.watched.id, this.watched);
  }

  /** Make sure that what follows can be copied: keep the state, where its history is not known.
   * @param {Instance} instance */
  async begin(instance) {
    if (instance.history) return;
    try {
      instance.beginsWith({ fork: await this.beginnings.keep(instance.id) });
    } catch (error) {
      instance.beginsWith({ lost: `Its beginning could not be kept: ${error instanceof Error ? error.message : error}` });
    }
  }

  /** For calls of the page that the session need not notice. */
  get connection() {
    return new Connection({ ...this.service.options, signal: this.stop.signal });
  }

  /** Abort waiting calls, and close what the session made. @returns {Promise<void>} */
  async end() {
    if (this.stop.signal.aborted) return;
    this.stop.abort(new Error("Stopped."));
    removeEventListener("pagehide", this.onPageHide);
    const closing = [...this.instances.values()].filter(({ ours }) => ours);
    this.instances.clear();
    await Promise.allSettled(closing.map(({ id }) => this.#close(id)));
  }

  /** @param {string} id */
  #close(id) {
    return new Connection({ ...this.service.options, tries: 3 }).change("DELETE", `/v1/envs/${id}/`);
  }

  #closeInPassing() {
    for (const { id, ours } of this.instances.values()) {
      if (ours) this.connection.deleteInPassing(`/v1/envs/${id}/`);
    }
  }

  /** @param {string} url @param {RequestInit} init @param {boolean} paced @returns {Promise<Response>} */
  async #carry(url, init, paced) {
    const method = init.method ?? "GET";
    const call = callOf(this.service.url, method, url);
    if (!call || (call.id && !this.instances.has(call.id))) return elsewhere();
    const unread = unreadable(init);
    if (unread) return unread;
    const { signal } = this.stop;
    if (paced) await (PACED.has(call.kind) ? this.gate.pass(signal) : this.gate.open(signal));
    const instance = this.instances.get(call.id);
    if (instance && CHANGING.has(call.kind)) await this.begin(instance);
    const reply = await this.#send(call, method, call.kind === "rollout" ? withActions(init) : init);
    if (signal.aborted && reply.ok) await this.#closeLate(call, reply);
    signal.throwIfAborted();
    if (reply.ok) await this.#watch(call, init.body, reply);
    return reply;
  }

  /** @param {Call} call @param {string} method @param {RequestInit} init */
  async #send({ path }, method, { headers, body }) {
    const sent = new Headers();
    for (const [name, value] of new Headers(headers)) if (FORWARDED.includes(name)) sent.set(name, value);
    if (this.service.apiKey) sent.set("Authorization", `Bearer ${this.service.apiKey}`);
    try {
      // Not aborted by stop: the id of a new environment is needed to close it.
      const signal = AbortSignal.timeout(LONGEST_CALL_MS);
      const reply = await fetch(this.service.url + path, { method, headers: sent, body, signal });
      this.listener.reached(null);
      return reply;
    } catch (error) {
      this.listener.reached(`${this.service.url} does not answer; retrying.`);
      throw error;
    }
  }

  /** Close the environments whose agent was stopped while they were made. @param {Call} call @param {Response} reply */
  async #closeLate({ kind }, reply) {
    const idsIn = MADE_BY.get(kind);
    if (idsIn) await Promise.allSettled(idsIn(await reply.json()).map((id) => this.#close(id)));
  }

  /**
   * @param {Call} call
   * @param {BodyInit | null | undefined} sent
   * @param {Response} reply - Only a clone of it is read.
   */
  async #watch({ kind, id }, sent, reply) {
    const read = () => reply.clone().json();
    const body = parsed(sent);
    const instance = this.instances.get(id);
    if (MADE_BY.has(kind)) await this.#made(kind, instance, body, await read());
    if (kind === "render") this.listener.drawn();
    if (!instance) return;
    if (kind === "close") this.instances.delete(id);
    if (kind === "checkpoints") instance.marked((await read()).checkpoint_id);
    if (kind === "reset") await this.#reset(instance, body, await read());
    if (kind === "restore") instance.wasRestored(body.checkpoint_id, await read());
    const stepped = PACED.has(kind) ? await read() : null;
    // Ended while the reply was read: the stage may show something else by now.
    if (this.stop.signal.aborted) return;
    if (stepped) this.#count(instance, kind, body, stepped);
    if (stepped || kind === "reset" || kind === "restore") {
      this.watched = instance;
      await this.listener.changed(instance);
    }
  }

  /** @param {Instance} instance @param {string} kind @param {any} body @param {any} reply */
  #count(instance, kind, body, reply) {
    const ended = kind === "step" ? instance.stepped(body, reply) : instance.rolledOut(body, reply);
    this.listener.counted(kind === "step" ? 1 : reply.steps);
    for (const episodeReturn of ended) this.listener.ended(episodeReturn);
  }

  /** @param {Instance} instance @param {Record<string, any>} body @param {Record<string, any>} reply */
  async #reset(instance, body, reply) {
    if (!instance.drawsSeed(body)) return instance.wasReset(body, reply);
    // Only the record tells the seed that was drawn; a service that draws none has its state kept before the next call.
    const { drawn_seed } = await this.connection.read(`/v1/envs/${instance.id}/`);
    instance.wasReset({ ...body, seed: drawn_seed }, reply);
    if ((drawn_seed ?? null) === null) instance.history = null;
  }

  /** @param {string} kind @param {Instance | undefined} origin @param {Record<string, any>} body @param {any} reply */
  async #made(kind, origin, body, reply) {
    const exact = (body.reseed ?? null) === null;
    const made = MADE_BY.get(kind)?.(reply).map((id) => origin?.forked(id, exact) ?? new Instance(id, body, true)) ?? [];
    for (const each of made) this.instances.set(each.id, each);
    if (isAsSeen(kind, body)) return;
    await Promise.all(made.map(async (each) => each.wasFound(await this.connection.read(`/v1/envs/${each.id}/`))));
  }
}
