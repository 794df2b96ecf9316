/** The way out of the thread: a `fetch` by messages to the page, which alone reaches the service and has its key. */

/** @typedef {{status: number, headers: [string, string][], body: ArrayBuffer}} Answer */

/**
 * @param {MessagePort} port
 * @returns {typeof fetch} That carries a body of text or bytes and knows no signals: a call that was let go is answered
 *   to nobody.
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
    // A reply of one of these statuses may have no body, not even an empty one.
    call?.resolve(new Response(status === 204 || status === 304 ? null : body, { status, headers }));
  });
  return (url, { method = "GET", headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      port.postMessage({ kind: "call", id: last, url: String(url), method, headers: [...new Headers(headers)], body });
    });
}
