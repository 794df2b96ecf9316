/** An episode as a shell script with curl. */

import { beginningOf, remarks } from "./episode.js";

/** @typedef {import("./episode.js").Episode} Episode */

/** Linux takes no argument over 128 KiB. */
const LONGEST_ARGUMENT = 100_000;

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
