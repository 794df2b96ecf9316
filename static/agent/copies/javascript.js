/** An episode as a JavaScript module, for Node 18 and later. */

import { beginningOf, remarks } from "./episode.js";

/** @typedef {import("./history.js").Made} Made */
/** @typedef {import("./episode.js").Episode} Episode */

/** @param {Episode} episode @returns {string} */
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
