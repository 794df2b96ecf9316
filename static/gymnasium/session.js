/**
 * Calls over sessions: a `fetch` for gymnasium.js, with which an environment steps over one WebSocket.
 *
 *     import { Env } from "../gymnasium.js";
 *     import { overSessions } from "./session.js";
 *
 *     const env = await Env.make("CartPole-v1", { fetch: overSessions() });
 *
 * What a session cannot answer, because there is none or it was lost, is fetched with the same key, and applied once.
 * Node has WebSockets of its own from version 22 on; before, pass `WebSocket` of the package ws.
 */

const CALL = /^(.*\/v1\/envs\/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\/(step|reset|rollout|explore|render)\/$/;
const PROTOCOL = "gymnasium.v1.json";
const PAUSE_MS = 2_000;

/**
 * @param {{fetch?: typeof globalThis.fetch, WebSocket?: typeof globalThis.WebSocket}} [options] - Used instead of the
 *   global ones.
 * @returns {typeof globalThis.fetch}
 */
export function overSessions(options = {}) {
  const fetching = options.fetch ?? globalThis.fetch.bind(globalThis);
  const Socket = options.WebSocket ?? globalThis.WebSocket;
  /** @type {Map<string, Session>} By the address of the environment. */
  const sessions = new Map();
  return async (input, init = {}) => {
    const url = String(input);
    const [, base, call] = (Socket && init.method === "POST" && CALL.exec(url)) || [];
    if (base) {
      const session = sessions.get(base) ?? new Session(base, Socket);
      sessions.set(base, session);
      const reply = await session.ask(call, init);
      if (reply) return reply;
    } else if (init.method === "DELETE" && sessions.get(url.slice(0, -1))?.close()) {
      sessions.delete(url.slice(0, -1));
    }
    return fetching(input, init);
  };
}

/** The session of one environment, which is opened when it is needed. */
class Session {
  /** @type {Promise<WebSocket> | undefined} */
  #socket;
  /** @type {Map<number, (text: string | undefined) => void>} What waits for the reply of each number. */
  #waiting = new Map();
  #number = 0;
  #answered = 0;
  #notBefore = 0;

  /** @param {string} base @param {typeof WebSocket} Socket */
  constructor(base, Socket) {
    this.url = `${base.replace(/^http/, "ws")}/session/`;
    this.Socket = Socket;
  }

  /**
   * @param {string} call
   * @param {RequestInit} init
   * @returns {Promise<Response | undefined>} undefined where there is no session, or it was lost meanwhile.
   */
  async ask(call, init) {
    const headers = new Headers(init.headers);
    const socket = await (this.#socket ??= this.#opened(headers.get("Authorization"))).catch(() => undefined);
    const { signal } = init;
    if (!socket || signal?.aborted) return undefined;
    const number = ++this.#number;
    const key = headers.get("Idempotency-Key") ?? undefined;
    const envelope = { id: number, call, key, ack: this.#answered || undefined };
    // The body as it is, so that its key is known over HTTP too.
    const body = String(init.body ?? "{}").slice(1);
    const abort = () => socket.close();
    signal?.addEventListener("abort", abort);
    const text = await new Promise((resolve) => {
      this.#waiting.set(number, resolve);
      socket.send(`${JSON.stringify(envelope).slice(0, -1)}${body === "}" ? "" : ","}${body}`);
    });
    signal?.removeEventListener("abort", abort);
    if (text === undefined) return undefined;
    this.#answered = number;
    return responseOf(text);
  }

  /** Close it, and tell that it can be forgotten. */
  close() {
    this.#socket?.then((socket) => socket.close()).catch(() => {});
    return true;
  }

  /** @param {string | null} authorization @returns {Promise<WebSocket>} */
  async #opened(authorization) {
    const secret = authorization?.replace(/^bearer\s+/i, "");
    const protocols = secret ? [PROTOCOL, `bearer.${base64url(secret)}`] : [PROTOCOL];
    if (Date.now() < this.#notBefore) {
      this.#socket = undefined;
      throw new Error("A session was refused just now.");
    }
    const socket = new this.Socket(this.url, protocols);
    socket.onmessage = ({ data }) => this.#settle(Number(/^\{"id":(\d+)/.exec(data)?.[1]), data);
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve(socket);
      socket.onclose = (event) => {
        if (event.code === 1006) this.#notBefore = Date.now() + PAUSE_MS;
        this.#socket = undefined;
        for (const number of [...this.#waiting.keys()]) this.#settle(number, undefined);
        reject(new Error(`The session is closed (${event.code}).`));
      };
    });
  }

  /** @param {number} number @param {string | undefined} text */
  #settle(number, text) {
    this.#waiting.get(number)?.(text);
    this.#waiting.delete(number);
  }
}

/** What HTTP would have replied. @param {string} text */
function responseOf(text) {
  const refused = /^\{"id":\d+,"problem":/.exec(text);
  if (!refused) return new Response(text.replace(/^\{"id":\d+,("revision":\d+,?)?/, "{"));
  const problem = text.slice(refused[0].length, -1);
  const { status, retry_after } = JSON.parse(problem);
  return new Response(problem, { status, headers: retry_after && { "Retry-After": String(retry_after) } });
}

/** @param {string} text */
function base64url(text) {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
