/** The list of recordings. */

import { GymHTTPError, Unauthorized } from "../gymnasium.js";
import { Connection } from "../gymnasium/connection.js";
import { element, say } from "../page/elements.js";
import { offerKey, watchHeader } from "../page/header.js";
import { recordings } from "../page/recording.js";
import { openService } from "../page/service.js";
import { chosen } from "./choices.js";
import { Entry } from "./entry.js";

const service = await openService();
const filter = element("filter", HTMLInputElement);
const sort = element("sort", HTMLSelectElement);
const list = element("recordings");

/** By id. @type {Map<string, Entry>} */
let entries = new Map();

/** @param {unknown} error */
function failed(error) {
  if (!(error instanceof GymHTTPError)) throw error;
  if (error instanceof Unauthorized) offerKey();
  say("said", error.detail);
}

/** Read the list anew, and show each page of it as it comes. */
async function load() {
  say("said", "");
  entries = new Map();
  try {
    for await (const page of recordings(new Connection(service.options))) {
      for (const each of page) entries.set(each.instance_id, new Entry(service, each, { failed, deleted }));
      show();
    }
  } catch (error) {
    failed(error);
    if (error instanceof Unauthorized && (await service.askForKey())) await load();
  }
}

/** @param {Entry} entry */
function deleted({ recording: { instance_id, closed } }) {
  if (closed) entries.delete(instance_id);
  show();
  say("said", closed ? "Deleted." : "Deleted. The environment still lives, and what it does from now on is recorded.");
}

/** Show what is chosen. */
function show() {
  const all = [...entries.values()].map(({ recording }) => recording);
  const shown = chosen(all, filter.value, sort.value);
  list.replaceChildren(...shown.map(({ instance_id }) => entries.get(instance_id)?.row ?? ""));
  const some = shown.length === all.length ? "" : `${shown.length} of `;
  say("count", `${some}${all.length} ${all.length === 1 ? "recording" : "recordings"}`);
  element("empty").hidden = all.length > 0;
}

filter.addEventListener("input", show);
sort.addEventListener("change", show);
say("curl", `curl -s ${service.url}/v1/envs/ \\\n  -d '{"env_id": "CartPole-v1", "record": true, "name": "my first"}'`);
watchHeader(service, load);
await load();
document.body.dataset.ready = "true";
