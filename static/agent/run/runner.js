/** Runs one agent at a time, with its thread and its session. */

import { Beginnings } from "../copies/beginnings.js";
import { Gate } from "./gate.js";
import { Isolation } from "./isolation.js";
import { Session } from "./session.js";

/** @typedef {import("../../page/service.js").Service} Service */
/** @typedef {import("../thread/output.js").Line} Line */
/** @typedef {"idle" | "running" | "paused"} State */
/** `line` is null if it is unknown.
 * @typedef {{name: string, message: string, line: number | null, column: number | null}} Failure */

/**
 * @typedef {object} RunListener
 * @property {(state: State) => void} became
 * @property {(lines: Line[], dropped: number) => void} wrote
 * @property {(picture: {contentType: string, frame: string | null, text: string | null}) => void} drew
 * @property {(failure: Failure) => void} failed
 * @property {() => void} finished - The agent has finished.
 */

export class Runner {
  /**
   * @param {Service} service
   * @param {RunListener & import("./session.js").Listener} listener
   */
  constructor(service, listener) {
    this.service = service;
    this.listener = listener;
    this.gate = new Gate();
    this.beginnings = new Beginnings(service);
    this.isolation = new Isolation();
    /** @type {State} */
    this.state = "idle";
    /** The session of the current run. @type {Session | undefined} */
    this.session = undefined;
    /** Whether what sessions make is recorded, and as what. */
    this.recording = true;
    this.title = "";
    /** The record of the instance that sessions may use, and what is known of its past.
     * @type {{record: Record<string, any>, track?: import("../../timeline/track.js").Track} | undefined} */
    this.admitted = undefined;
  }

  /**
   * Run an agent, after stopping a running one.
   * @param {string} code
   * @param {{paused?: boolean}} [how] - Paused after its first step.
   */
  async run(code, { paused = false } = {}) {
    await this.stop();
    this.gate.set({ paused });
    if (paused) this.gate.allowOne();
    const session = this.openSession();
    this.#become(paused ? "paused" : "running");
    const port = await this.isolation.start({ code, url: this.service.url });
    if (session !== this.session) return;
    port.onmessage = ({ data }) => this.#hear(data, port, session, code);
  }

  /** Open a session, after ending the last one. The page uses it to play without an agent. */
  openSession() {
    this.session?.end();
    this.session = new Session(this.service, this.gate, this.listener, this.beginnings);
    Object.assign(this.session, { recording: this.recording, title: this.title });
    if (this.admitted) this.session.admit(this.admitted.record, this.admitted.track);
    return this.session;
  }

  /** Hold the agent before its next call. */
  pause() {
    this.gate.set({ paused: true });
    this.#become("paused");
  }

  /** Let the agent continue. */
  resume() {
    this.gate.set({ paused: false });
    this.#become("running");
  }

  /** Stop the agent, and close the environments that it made. */
  async stop() {
    this.isolation.stop();
    const { session } = this;
    this.session = undefined;
    if (this.state !== "idle") this.#become("idle");
    await session?.end();
  }

  /** @param {State} state */
  #become(state) {
    this.state = state;
    this.listener.became(state);
  }

  /**
   * The thread may run a stranger's code, so its messages are only taken as text, numbers, and calls that the session
   * checks.
   * @param {any} message
   * @param {MessagePort} port
   * @param {Session} session
   * @param {string} code
   */
  async #hear(message, port, session, code) {
    if (session !== this.session) return;
    if (message.kind === "call") return this.#call(message, port, session);
    if (message.kind === "lines") return this.listener.wrote(message.lines, Number(message.dropped));
    if (message.kind === "draw") return this.listener.drew(message);
    if (message.kind === "ended") this.listener.finished();
    if (message.kind === "failed") this.listener.failed(await this.#placed(message, code));
    if (session === this.session) await this.stop();
  }

  /** @param {any} call @param {MessagePort} port @param {Session} session */
  async #call({ id, url, method, headers, body }, port, session) {
    try {
      const reply = await session.fetch(url, { method, headers, body });
      const answer = { status: reply.status, headers: [...reply.headers], body: await reply.arrayBuffer() };
      port.postMessage({ kind: "answer", id, ...answer }, [answer.body]);
    } catch (error) {
      port.postMessage({ kind: "answer", id, failure: String(error) });
    }
  }

  /** @param {Failure & {syntax: boolean}} failure @param {string} code @returns {Promise<Failure>} */
  async #placed(failure, code) {
    if (!failure.syntax) return failure;
    const place = await this.isolation.parse(code);
    // A different error is about syntax that only modules have.
    const same = place?.message.includes(failure.message);
    return { ...failure, line: same && place ? place.line : null };
  }
}
