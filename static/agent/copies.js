/** The current episode as a Python program or a curl script that makes the same calls. */

/** @typedef {import("./instance.js").Instance} Instance */

/**
 * @typedef {object} Episode
 * @property {string} url
 * @property {Record<string, any>} creation
 * @property {import("./instance.js").Made[]} calls
 */

const MOST_CURLS = 200;

/**
 * @param {string} url
 * @param {Instance | undefined} instance
 * @param {string} envId - Used if no instance has been played yet.
 * @param {any} action - One of its actions.
 * @returns {Episode}
 */
export function episodeOf(url, instance, envId, action) {
  if (instance?.trace.length) return { url, creation: instance.creation, calls: instance.trace };
  const calls = [{ path: "reset/", body: { seed: 42 } }, { path: "step/", body: { action } }];
  return { url, creation: { env_id: envId, render_mode: "rgb_array" }, calls };
}

/** @param {Episode} episode @returns {string} */
export function asPython({ url, creation, calls }) {
  const lines = calls.map(({ path, body }) => `    (${JSON.stringify(path)}, ${python(body)}),`);
  return `import requests  # pip install requests

URL = ${JSON.stringify(`${url}/v1/envs/`)}
CALLS = [
${lines.join("\n")}
]

session = requests.Session()
created = session.post(URL, json=${python(creation)})
created.raise_for_status()
env = URL + created.json()["instance_id"] + "/"
for path, body in CALLS:
    reply = session.post(env + path, json=body)
    reply.raise_for_status()
    print(reply.json())
session.delete(env)
`;
}

/** @param {Episode} episode @returns {string} */
export function asCurl({ url, creation, calls }) {
  const shown = calls.slice(0, MOST_CURLS);
  const left = calls.length - shown.length;
  return [
    "# With API keys: add -H 'Authorization: Bearer SECRET' to each call.",
    `ID=$(curl -s ${url}/v1/envs/ -d ${shell(creation)} | cut -d '"' -f 4)`,
    ...shown.map(({ path, body }) => `curl -s ${url}/v1/envs/$ID/${path} -d ${shell(body)}`),
    ...(left > 0 ? [`# ${left} more steps are left out.`] : []),
    `curl -s -X DELETE ${url}/v1/envs/$ID/`,
    "",
  ].join("\n");
}

/** In single quotes, within which a shell interprets nothing. @param {any} body */
const shell = (body) => `'${JSON.stringify(body).replaceAll("'", `'\\''`)}'`;

/** A Python literal: JSON except for three words. @param {any} value @returns {string} */
function python(value) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}: ${python(member)}`).join(", ")}}`;
}
