/** An episode as a Python program. */

import { beginningOf, remarks } from "./episode.js";

/** @typedef {import("./history.js").Made} Made */
/** @typedef {import("./episode.js").Episode} Episode */

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

/** A Python literal: JSON except for three words. @param {any} value @returns {string} */
function python(value) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}: ${python(member)}`).join(", ")}}`;
}
