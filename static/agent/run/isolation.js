/** The page's side of the sandbox: starts and stops a program's thread, and finds syntax errors. */

import { make } from "../../page/elements.js";
import { modulesOf } from "./modules.js";

const SANDBOX = new URL("sandbox.html", import.meta.url).href;
const PROGRAM = new URL("../thread/program.js", import.meta.url).href;

/** What visitors do first who are going to run something. */
const FIRST_SIGNS = ["pointermove", "pointerdown", "keydown"];

export class Isolation {
  constructor() {
    this.frame = make("iframe", { sandbox: "allow-scripts", hidden: "", title: "Where agents run" });
    /** @type {Promise<unknown>} */
    this.ready = new Promise((resolve) => this.frame.addEventListener("load", resolve, { once: true }));
    this.frame.src = SANDBOX;
    /** @type {Promise<import("./modules.js").ModuleText[]> | undefined} */
    this.loading = undefined;
    /** How often something was started or stopped: a start that is stopped while it waits starts nothing. */
    this.turn = 0;
    for (const sign of FIRST_SIGNS) addEventListener(sign, () => this.#prepare(), { once: true, passive: true });
  }

  /** Open the frame, and load what a thread is made of; not with the page, since those who only look need neither. */
  #prepare() {
    if (!this.frame.isConnected) document.body.append(this.frame);
    // The error is reported by the run that needs them.
    this.#modules().catch(() => {});
  }

  /** What a thread is made of, loaded once. */
  #modules() {
    this.loading ??= modulesOf(PROGRAM);
    this.loading.catch(() => (this.loading = undefined));
    return this.loading;
  }

  /**
   * Start a program in a new thread, after ending a running one.
   * @param {{code: string, url: string}} agent
   * @returns {Promise<MessagePort>} The port to the thread.
   */
  async start(agent) {
    this.#prepare();
    const turn = ++this.turn;
    const [modules] = await Promise.all([this.#modules(), this.ready]);
    const { port1, port2 } = new MessageChannel();
    if (turn === this.turn) this.#post({ kind: "start", modules, ...agent }, port2);
    return port1;
  }

  /** Terminate the thread. */
  stop() {
    this.turn++;
    this.#post({ kind: "stop" });
  }

  /** The place of a syntax error; null if it cannot be found.
   * @param {string} code
   * @returns {Promise<{line: number, message: string} | null>} */
  parse(code) {
    const { port1, port2 } = new MessageChannel();
    this.#post({ kind: "parse", code }, port2);
    return new Promise((resolve) => {
      // Setting the property also starts the port.
      port1.onmessage = ({ data }) => resolve(data);
    });
  }

  /** The frame's origin is opaque, so only "*" can address it. @param {object} message @param {MessagePort} [port] */
  #post(message, port) {
    this.frame.contentWindow?.postMessage(message, "*", port ? [port] : []);
  }
}
