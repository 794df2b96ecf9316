/** Lists that come in pages, which the header `Link` leads through (RFC 8288), or `next` in the replies. */

import { Connection, defaults } from "./connection.js";

const LONGEST_PAGE = 1_000;

/**
 * A list of all pages: maps that are joined.
 * @param {string} path
 * @param {import("./connection.js").ConnectionOptions & {most?: number}} [options] - With `most`, no further page is
 *   read once there are as many.
 * @returns {Promise<Record<string, any>>}
 */
export async function readPages(path, { most = Infinity, ...options } = {}) {
  const fetch = options.fetch ?? defaults.fetch ?? globalThis.fetch.bind(globalThis);
  let next = "";
  const connection = new Connection({
    ...options,
    fetch: async (to, request) => {
      const reply = await fetch(to, request);
      next = nextOf(reply.headers.get("Link"));
      return reply;
    },
  });
  const found = await connection.read(`${path}${path.includes("?") ? "&" : "?"}limit=${Math.min(most, LONGEST_PAGE)}`);
  while (next && Object.keys(found).length < most) {
    Object.assign(found, await connection.read(path.replace(/\?.*/, "") + next));
  }
  return found;
}

/**
 * The items of a list whose replies tell the next page, which is asked for when it is needed.
 * @param {Connection} connection
 * @param {string} path
 * @param {string} name - Of the items in a reply.
 * @param {Record<string, string | number | undefined>} [query] - `after` is where the first page begins.
 * @returns {AsyncGenerator<any, void, void>}
 */
export async function* itemsOf(connection, path, name, { after, ...query } = {}) {
  for (let from = after; from !== null; ) {
    const reply = await connection.read(path + queryOf({ ...query, after: from }));
    yield* reply[name];
    from = reply.next;
  }
}

/** A query of what is not undefined; "" of nothing. @param {Record<string, string | number | undefined>} members */
export function queryOf(members) {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
}

/** The query of the next page; "" on the last. The rest of its address is left out: the API key goes to one server.
 * @param {string | null} link */
function nextOf(link) {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/i.exec(link ?? "")?.[1];
  return target === undefined ? "" : new URL(target, "http://localhost/").search;
}
