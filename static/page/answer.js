/** Replies that are no JSON: pictures, films, arrays. */

import { ConnectionFailed, errorOf } from "../gymnasium/errors.js";

/**
 * @param {import("./service.js").Service} service
 * @param {string} path - With its query.
 * @param {{accept?: string, signal?: AbortSignal}} [how]
 * @returns {Promise<Response>} A good reply.
 * @throws {import("../gymnasium/errors.js").GymHTTPError}
 */
export async function answer({ options: { url, apiKey } }, path, { accept, signal } = {}) {
  const headers = { ...(apiKey && { Authorization: `Bearer ${apiKey}` }), ...(accept && { Accept: accept }) };
  try {
    const reply = await fetch(url + path, { headers, signal });
    if (reply.ok) return reply;
    const problem = await reply.json().catch(() => ({ detail: `The service answered ${reply.status}.` }));
    throw errorOf(reply.status, problem);
  } catch (cause) {
    signal?.throwIfAborted();
    if (!(cause instanceof TypeError)) throw cause;
    throw new ConnectionFailed(0, { detail: `${url} could not be reached.` }, { cause });
  }
}
