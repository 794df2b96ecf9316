/** Copies what is on the stage, or a first step in the chosen environment, as a program. */

import { makeSpace } from "../../gymnasium.js";
import { say } from "../../page/elements.js";
import { lastEpisode } from "./episode.js";

/** @typedef {import("../run/instance.js").Instance} Instance */

/**
 * @typedef {object} Scene - What the page shows.
 * @property {import("../../page/service.js").Service} service
 * @property {import("../run/runner.js").Runner} runner
 * @property {import("../stage/readings.js").Readings} readings
 * @property {import("../environments/picker.js").Picker} picker
 * @property {(text: string, what: string) => Promise<void>} copy
 */

const CLOSED = { lost: "This environment is closed, and how it came to be as it was is not known. Run the agent again." };

/** By language, its name and what writes it.
 * @type {Record<string, {name: string, writer: () => Promise<(episode: import("./episode.js").Episode) => string>}>} */
const LANGUAGES = {
  python: { name: "Python", writer: async () => (await import("./python.js")).asPython },
  javascript: { name: "JavaScript", writer: async () => (await import("./javascript.js")).asJavaScript },
  curl: { name: "curl", writer: async () => (await import("./shell.js")).asCurl },
};

/** @param {Scene} scene @param {string} language */
export async function copyEpisode({ service, runner, readings, picker, copy }, language) {
  const instance = runner.session?.watched ?? readings.instance;
  if (instance) await runner.session?.begin(instance);
  const beginning = instance ? (instance.history?.beginning ?? CLOSED) : { creation: { env_id: picker.field.value } };
  if ("lost" in beginning) return say("said", beginning.lost);
  if ("fork" in beginning) runner.beginnings.leave(beginning.fork);
  const calls = instance?.history?.calls ?? [];
  const { name, writer } = LANGUAGES[language];
  const as = await writer();
  const episode = lastEpisode(calls.length ? calls : firstCalls(instance, picker.chosen?.action_space));
  await copy(as({ url: service.url, keyed: Boolean(service.apiKey), beginning, ...episode }), `The episode in ${name}`);
}

/** What an environment that nothing was done with can do.
 * @param {Instance | undefined} instance @param {Record<string, any> | undefined} space - Of its actions. */
function firstCalls(instance, space) {
  const step = { path: "step/", body: { action: space ? makeSpace(space).sample() : 0 } };
  return instance?.begun && !instance.ended ? [step] : [{ path: "reset/", body: { seed: 42 } }, step];
}
