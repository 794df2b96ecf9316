/** A `fetch` for the thread, by messages to the page. Only the page can reach the service and has the key. */

/** @typedef {{status: number, headers: [string, string][], body: ArrayBuffer}} Answer */

/**
 * @param {MessagePort} port
 * @returns {typeof fetch} It takes bodies of text or bytes, and ignores signals.
 */
export function fetchBy(port) {
  /** @type {Map<number, {resolve: (reply: Response) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  let last = 0;
  port.addEventListener("message", ({ data }) => {
    if (data.kind !== "answer") return;
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.failure) return call?.reject(new TypeError(data.failure));
    const { status, headers, body } = /** @type {Answer} */ (data);
    // Replies with these statuses must not have a body, not even an empty one.
    call?.resolve(new Response(status === 204 || status === 304 ? null : body, { status, headers }));
  });
  return (url, { method = "GET", headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      port.postMessage({ kind: "call", id: last, url: String(url), method, headers: [...new Headers(headers)], body });
    });
}
