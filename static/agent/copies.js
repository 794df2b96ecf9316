/** What is on the stage as a program that makes it again: in Python, JavaScript, or a shell with curl. */

/** @typedef {import("./history.js").Made} Made */
/** @typedef {import("./history.js").Beginning} Beginning */

/**
 * @typedef {object} Episode
 * @property {string} url - The service's address.
 * @property {boolean} keyed - Whether it wants an API key.
 * @property {Beginning} beginning
 * @property {Made[]} before - Calls whose replies are not shown.
 * @property {Made[]} calls - Those whose replies are.
 */

const MOST_SHOWN = 1000;
const STEPS_AT_ONCE = 100;
/** Linux takes no argument over 128 KiB. */
const LONGEST_ARGUMENT = 100_000;

/**
 * The last episode of all calls. What was before it is made again by as few calls as possible.
 * @param {Made[]} calls
 * @returns {{before: Made[], calls: Made[]}}
 */
export function lastEpisode(calls) {
  const reset = calls.findLastIndex(({ path }) => path === "reset/");
  const from = Math.max(reset, calls.length - MOST_SHOWN, 0);
  return { before: joined(calls.slice(0, from)), calls: calls.slice(from) };
}

/** Steps that follow each other as rollouts, which give the same. @param {Made[]} calls @returns {Made[]} */
function joined(calls) {
  /** @type {Made[]} */
  const fewer = [];
  /** @type {any[]} */
  let actions = [];
  for (const { path, body } of calls) {
    if (path !== "step/") actions = [];
    if (path === "step/" && actions.length % STEPS_AT_ONCE === 0) {
      actions = [];
      fewer.push({ path: "rollout/", body: { actions, include: [], on_end: "continue" } });
    }
    if (path === "step/") actions.push(body.action);
    else fewer.push({ path, body: path === "rollout/" ? { ...body, include: [] } : body });
  }
  return fewer;
}

/** @param {Beginning} beginning @returns {[path: string, body: Record<string, any>]} The call that begins it. */
const beginningOf = (beginning) => ("fork" in beginning ? [`${beginning.fork}/fork/`, { count: 1 }] : ["", "creation" in beginning ? beginning.creation : {}]);

/** What the reader of a copy should know. @param {Beginning} beginning @returns {string[]} */
const remarks = (beginning) => ("fork" in beginning ? [`Begins from a kept state, the environment ${beginning.fork}, which expires a week after its making.`] : []);

/** @param {Episode} episode @returns {string} */
export function asPython({ url, keyed, beginning, before, calls }) {
  const [path, body] = beginningOf(beginning);
  const list = (/** @type {string} */ name, /** @type {Made[]} */ made) =>
    `${name} = [\n${made.map((each) => `    (${JSON.stringify(each.path)}, ${python(each.body)}),\n`).join("")}]\n`;
  return `${remarks(beginning).map((text) => `# ${text}\n`).join("")}${keyed ? "import os\n\n" : ""}import requests  # pip install requests

URL = ${JSON.stringify(`${url}/v1/envs/`)}
${before.length ? `# What was before the episode.\n${list("BEFORE", before)}` : ""}${list("CALLS", calls)}
session = requests.Session()
${keyed ? 'session.headers["Authorization"] = "Bearer " + os.environ["GYM_HTTP_API_KEY"]\n' : ""}

def call(path, body):
    reply = session.post(path, json=body)
    if not reply.ok:
        raise SystemExit(reply.text)
    return reply.json()


made = call(URL + ${JSON.stringify(path)}, ${python(body)})
env = URL + ${"fork" in beginning ? 'made["instance_ids"][0]' : 'made["instance_id"]'} + "/"
try:
${before.length ? "    for path, body in BEFORE:\n        call(env + path, body)\n" : ""}    for path, body in CALLS:
        print(call(env + path, body))
finally:
    session.delete(env)
`;
}

/** @param {Episode} episode @returns {string} A module for Node 18 and later. */
export function asJavaScript({ url, keyed, beginning, before, calls }) {
  const [path, body] = beginningOf(beginning);
  const list = (/** @type {string} */ name, /** @type {Made[]} */ made) =>
    `const ${name} = [\n${made.map((each) => `  [${JSON.stringify(each.path)}, ${JSON.stringify(each.body)}],\n`).join("")}];\n`;
  return `// Run it as a module: node episode.mjs
${remarks(beginning).map((text) => `// ${text}\n`).join("")}const envs = ${JSON.stringify(`${url}/v1/envs/`)};
const headers = { "Content-Type": "application/json"${keyed ? ", Authorization: `Bearer ${process.env.GYM_HTTP_API_KEY}`" : ""} };
${before.length ? `// What was before the episode.\n${list("before", before)}` : ""}${list("calls", calls)}
async function call(method, url, body) {
  const reply = await fetch(url, { method, headers, body: JSON.stringify(body) });
  const text = await reply.text();
  if (!reply.ok) throw new Error(text);
  return JSON.parse(text);
}

const made = await call("POST", envs + ${JSON.stringify(path)}, ${JSON.stringify(body)});
const env = envs + ${"fork" in beginning ? "made.instance_ids[0]" : "made.instance_id"} + "/";
try {
${before.length ? '  for (const [path, body] of before) await call("POST", env + path, body);\n' : ""}  for (const [path, body] of calls) console.log(JSON.stringify(await call("POST", env + path, body)));
} finally {
  await call("DELETE", env);
}
`;
}

/** @param {Episode} episode @returns {string} */
export function asCurl({ url, keyed, beginning, before, calls }) {
  const [path, body] = beginningOf(beginning);
  const curl = `curl -sS --fail-with-body${keyed ? ' -H "Authorization: Bearer $GYM_HTTP_API_KEY"' : ""}`;
  return [
    // In a shell of its own, which may end.
    "(",
    ...remarks(beginning).map((text) => `# ${text}`),
    "set -e",
    `ID=$(${curl} ${quoted(`${url}/v1/envs/${path}`)} ${data(body)} | cut -d '"' -f 4)`,
    `ENV=${quoted(`${url}/v1/envs/`)}$ID`,
    `trap '${curl} -o /dev/null -X DELETE "$ENV/"' EXIT`,
    ...before.map((each) => `${curl} -o /dev/null "$ENV/${each.path}" ${data(each.body)}`),
    ...calls.map((each) => `${curl} -w '\\n' "$ENV/${each.path}" ${data(each.body)}`),
    ")",
    "",
  ].join("\n");
}

/** @param {any} body */
function data(body) {
  const text = JSON.stringify(body);
  return text.length < LONGEST_ARGUMENT ? `-d ${quoted(text)}` : `-d @- <<'BODY'\n${text}\nBODY`;
}

/** In single quotes, within which a shell interprets nothing. @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** A Python literal: JSON except for three words. @param {any} value @returns {string} */
function python(value) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}: ${python(member)}`).join(", ")}}`;
}
