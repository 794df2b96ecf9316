/** The page's side of the sandbox: a thread for a program, its end, and where a program does not parse. */

import { make } from "../page/elements.js";
import { modulesOf } from "./modules.js";

const SANDBOX = new URL("sandbox.html", import.meta.url).href;
const PROGRAM = new URL("thread/program.js", import.meta.url).href;

export class Isolation {
  constructor() {
    this.frame = make("iframe", { sandbox: "allow-scripts", hidden: "", title: "Where agents run" });
    /** @type {Promise<unknown>} */
    this.ready = new Promise((resolve) => this.frame.addEventListener("load", resolve, { once: true }));
    this.frame.src = SANDBOX;
    document.body.append(this.frame);
    this.modules = modulesOf(PROGRAM);
    // Told where it is awaited.
    this.modules.catch(() => {});
  }

  /**
   * Start a program in a new thread; one that runs is ended.
   * @param {{code: string, url: string}} agent
   * @returns {Promise<MessagePort>} On which the thread speaks.
   */
  async start(agent) {
    const [modules] = await Promise.all([this.modules, this.ready]);
    const { port1, port2 } = new MessageChannel();
    this.#post({ kind: "start", modules, ...agent }, port2);
    return port1;
  }

  /** End the thread, whatever it is doing. */
  stop() {
    this.#post({ kind: "stop" });
  }

  /** Where a program fails to parse; null if it cannot be told.
   * @param {string} code
   * @returns {Promise<{line: number, message: string} | null>} */
  parse(code) {
    const { port1, port2 } = new MessageChannel();
    this.#post({ kind: "parse", code }, port2);
    return new Promise((resolve) => {
      // Set as a property, which starts the port.
      port1.onmessage = ({ data }) => resolve(data);
    });
  }

  /** The frame's origin is opaque, and can be named by "*" alone. @param {object} message @param {MessagePort} [port] */
  #post(message, port) {
    this.frame.contentWindow?.postMessage(message, "*", port ? [port] : []);
  }
}
