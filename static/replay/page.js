/** An episode that was recorded: any of its steps, played, filmed, downloaded and branched from. */

import { GymHTTPError, Unauthorized, catalog } from "../gymnasium.js";
import { Connection } from "../gymnasium/connection.js";
import { element, say } from "../page/elements.js";
import { offerKey, watchHeader } from "../page/header.js";
import { endInWords, episodeOf, holds, recordingOf } from "../page/recording.js";
import { openService } from "../page/service.js";
import { Stage } from "../page/stage.js";
import { valueInWords } from "../page/words.js";
import { download } from "../timeline/download.js";
import { forkAt } from "../timeline/fork.js";
import { readPoints } from "../timeline/rows.js";
import { Timeline } from "../timeline/timeline.js";
import { Track } from "../timeline/track.js";
import { Readings } from "./readings.js";

/** @typedef {import("../timeline/track.js").Point} Point */

const FPS = 30;
const MOST_STEPS = 100_000;

const service = await openService();
const asked = new URLSearchParams(location.search);
const id = asked.get("instance") ?? "";
const number = Number(asked.get("episode") ?? 1);
const path = `/v1/envs/${encodeURIComponent(id)}`;

/** The environment's entry in the catalogue. @type {Record<string, any> | undefined} */
let entry;
const stage = new Stage();
const readings = new Readings(() => connection(), () => entry, failed);
const timeline = new Timeline(service, {
  looked: () => looked(),
  showed: (picture) => void stage.show(picture),
  failed: (error) => {
    say("picture-none", `It cannot be drawn: ${error.detail}`);
  },
  rate: () => (entry?.render_fps || FPS) * Number(element("speed", HTMLSelectElement).value),
});

/** With the key of now. */
function connection() {
  return new Connection(service.options);
}

/** @param {unknown} error */
function failed(error) {
  if (!(error instanceof GymHTTPError)) throw error;
  if (error instanceof Unauthorized) offerKey();
  say("said", error.detail);
}

/** Show the episode that the address names. */
async function open() {
  if (!/^[\da-f-]{36}$/i.test(id) || !Number.isInteger(number)) {
    return say("picture-none", "The address names no episode: replay.html?instance=ID&episode=N. Recordings lists them.");
  }
  try {
    const [recording, episode] = await Promise.all([recordingOf(connection(), id), episodeOf(connection(), id, number)]);
    if (!recording || !episode) return say("picture-none", `There is no episode ${number} of ${id}. It was not recorded, or it was deleted.`);
    tell(recording, episode);
    [entry] = await catalog({ ...service.options, envId: recording.env_id });
    await show(episode);
  } catch (error) {
    failed(error);
    say("picture-none", "");
    if (error instanceof Unauthorized && (await service.askForKey())) await open();
  }
}

/** @param {import("../page/recording.js").Recording} recording @param {import("../page/recording.js").Episode} episode */
function tell({ env_id, name }, episode) {
  const title = `${name || env_id}, episode ${number}`;
  say("title", title);
  document.title = `${title} · Gymnasium over HTTP`;
  const seed = episode.seed === null ? [] : [`seed ${episode.seed}`];
  const words = [env_id, `return ${valueInWords(episode.return)}`, `${episode.steps} steps`, endInWords(episode), ...seed];
  say("told", [...words, new Date(episode.began).toLocaleString()].join(" · "));
}

/** @param {import("../page/recording.js").Episode} episode */
async function show(episode) {
  const [from, to] = [episode.first, episode.last].map((place) => Number.parseInt(place, 10));
  const points = await readPoints(connection(), id, { after: Math.max(from - 1, 0), to, most: MOST_STEPS });
  const track = new Track();
  for (const point of points) if (point.place && holds(episode, point.place)) track.add(point);
  timeline.follow(track);
  const step = asked.get("step");
  const start = track.points.find((point) => point.step === Number(step ?? 0)) ?? track.first;
  if (start) timeline.goTo(start.number);
  for (const each of ["branch", "film", "arrays", "link"]) element(each, HTMLButtonElement).disabled = !start;
}

/** The visitor sees another step. */
function looked() {
  const { seen } = timeline;
  if (!seen) return;
  readings.show(seen);
  say("said", "");
}

/** The address of the step that is seen. */
function address() {
  const address = new URL(location.href);
  address.searchParams.set("step", String(timeline.seen?.step ?? 0));
  return address.href;
}

async function copyLink() {
  history.replaceState(null, "", address());
  try {
    await navigator.clipboard.writeText(address());
    say("said", "A link to this step is copied.");
  } catch {
    // Only secure pages have a clipboard.
    say("said", "The address of this page is a link to this step.");
  }
}

async function branch() {
  const { seen } = timeline;
  if (seen) location.assign(service.link(`agent.html?instance=${await forkAt(connection(), seen)}`));
}

/** @param {string} button @param {() => Promise<void>} action */
function on(button, action) {
  element(button).addEventListener("click", () => action().catch(failed));
}

on("branch", branch);
on("link", copyLink);
on("film", () => download(service, `${path}/episodes/${number}/video/`, `episode-${number}`, element("film")));
on("arrays", () => download(service, `${path}/episodes/${number}/`, `episode-${number}`, element("arrays"), "application/x-npz"));
on("full", () => (document.fullscreenElement ? document.exitFullscreen() : element("episode").requestFullscreen()));
watchHeader(service, open);
await open();
document.body.dataset.ready = "true";
