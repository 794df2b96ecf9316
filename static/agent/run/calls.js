/** The calls that an agent may make: what each is, which are refused, and what they bring. */

/** @typedef {{kind: string, id: string, path: string}} Call */

const CREATION = /^\/v1\/envs\/?$/;
const OF_INSTANCE = /^\/v1\/envs\/([\w-]+)\/(?:([\w./-]*?)\/?)?$/;
const OPEN = /^\/v1\/(?:catalog|health)\/?$/;

/** For each kind of call that makes environments, their ids in its reply. @type {Map<string, (reply: any) => string[]>} */
export const MADE_BY = new Map([
  ["create", ({ instance_id }) => [instance_id]],
  ["fork", ({ instance_ids }) => instance_ids],
  ["explore", ({ kept }) => kept.map((/** @type {{instance_id: string}} */ each) => each.instance_id)],
]);

/** Whether what a call made is as its origin is now, or as its creation says: not a file, a future or one of the past.
 * @param {string} kind @param {Record<string, any>} body */
export function isAsSeen(kind, { env_id, revision }) {
  return kind === "create" ? env_id !== undefined : kind === "fork" && (revision ?? null) === null;
}

/**
 * The kind of a call and its instance; null if an agent may not make it.
 * @param {string} base - The service's address.
 * @param {string} method
 * @param {string} url
 * @returns {Call | null}
 */
export function callOf(base, method, url) {
  // Parsed first, so that dots in the path are resolved.
  const { href } = new URL(url);
  const service = new URL(base).href.replace(/\/$/, "");
  if (!href.startsWith(`${service}/`)) return null;
  const path = href.slice(service.length);
  const { pathname } = new URL(path, "http://service");
  if (method === "POST" && CREATION.test(pathname)) return { kind: "create", id: "", path };
  if (method === "GET" && OPEN.test(pathname)) return { kind: "read", id: "", path };
  const [, id, rest] = OF_INSTANCE.exec(pathname) ?? [];
  if (!id) return null;
  if (method === "DELETE" && !rest) return { kind: "close", id, path };
  return { kind: rest === "monitor/render" ? "render" : method === "POST" ? rest : "read", id, path };
}

const ELSEWHERE =
  "In the playground an agent reaches only the environments that it made and the one that the page was opened with.";
const IN_MESSAGEPACK = "The playground reads what passes through it, so calls and replies are JSON here; leave out";

/** The refusal of a call on what is not the agent's. */
export const elsewhere = () => refusal(403, "Not reached", ELSEWHERE);

/** A refusal of calls that the page could not read: it would not know which environments to close.
 * @param {RequestInit} init */
export function unreadable(init) {
  const headers = new Headers(init.headers);
  if (headers.get("Accept")?.includes("msgpack")) return refusal(406, "Not Acceptable", `${IN_MESSAGEPACK} Accept.`);
  if (!headers.get("Content-Type")?.includes("msgpack")) return null;
  return refusal(415, "Unsupported Media Type", `${IN_MESSAGEPACK} this Content-Type.`);
}

/** @param {number} status @param {string} title @param {string} detail */
function refusal(status, title, detail) {
  const headers = { "Content-Type": "application/problem+json" };
  return new Response(JSON.stringify({ title, status, detail }), { status, headers });
}

/** A body's members; none of one that the service refuses, because it is no JSON.
 * @param {BodyInit | null | undefined} sent
 * @returns {Record<string, any>} */
export function parsed(sent) {
  const text = sent instanceof Uint8Array || sent instanceof ArrayBuffer ? new TextDecoder().decode(sent) : sent;
  try {
    return (typeof text === "string" && text && JSON.parse(text)) || {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** The actions of a random rollout are asked for, since copies repeat them. @param {RequestInit} init */
export function withActions(init) {
  const body = parsed(init.body);
  if (!body.policy) return init;
  const include = body.include ?? ["observations", "rewards", "terminations", "truncations"];
  return { ...init, body: JSON.stringify({ ...body, include: [...new Set([...include, "actions"])] }) };
}
