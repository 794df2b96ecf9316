/** The playground: creates its parts and connects them. */

import { GymHTTPError, Unauthorized, catalog } from "../gymnasium.js";
import { Connection } from "../gymnasium/connection.js";
import { element, say } from "../page/elements.js";
import { offerKey, watchHeader } from "../page/header.js";
import { Late } from "../page/late.js";
import { openService } from "../page/service.js";
import { exampleInAddress, forgetTurn } from "./documents/address.js";
import { Program } from "./documents/program.js";
import { Editor } from "./editor/editor.js";
import { Picker } from "./environments/picker.js";
import { actionNames } from "../page/words.js";
import { Play } from "./play/play.js";
import { Runner } from "./run/runner.js";
import { Console } from "./stage/console.js";
import { Painter } from "./stage/painter.js";
import { Readings } from "./stage/readings.js";
import { Stage } from "../page/stage.js";
import { Controls } from "./controls.js";

const service = await openService();
const instanceId = new URLSearchParams(location.search).get("instance");

const stage = new Stage();
const curve = new Late(async () => new (await import("./stage/curve.js")).Curve(element("curve")));
const editor = new Editor(element("editor"), () => program.changed());
const log = new Console(element("console"), (line) => editor.goTo(line));
const note = (/** @type {string} */ text, /** @type {Node[]} */ ...more) => log.note(text, ...more);
const picker = new Picker((entry) => picked(entry.env_id));
const painter = new Painter((picture, { track: { last } }) => saw(picture, last), note);
const nameOf = (/** @type {number} */ action) => {
  const names = picker.chosen && actionNames(picker.chosen);
  return names?.[action - (picker.chosen?.action_space?.start ?? 0)] ?? null;
};
const readings = new Readings(nameOf);

const runner = new Runner(service, {
  became: (state) => {
    controls.show(state);
    past.tell((looking) => looking.became(state));
    if (!runner.session) void play.stop();
    branches.tell((it) => it.refresh());
  },
  wrote: (lines, dropped) => log.write(lines, dropped),
  drew: (picture) => saw(picture, runner.session?.watched?.track.last),
  failed: (failure) => {
    log.fail(failure);
    if (failure.line !== null) editor.markLine(failure.line, `${failure.name}: ${failure.message}`);
  },
  finished: () => note("The agent has finished."),
  changed: async (instance) => {
    readings.show(instance);
    void past.need((looking) => looking.changed(instance));
    void branches.need((it) => it.refresh());
    if (runner.session) await painter.changed(instance, runner.session);
  },
  counted: (steps) => readings.count(steps),
  ended: (episodeReturn) => {
    void curve.need((it) => it.add(episodeReturn));
    readings.ended(episodeReturn);
  },
  drawn: () => (painter.idle = true),
  reached: (trouble) => say("said", trouble ?? ""),
});
const controls = new Controls(runner, start, () => picker.chosen?.render_fps);
const branches = new Late(async () => {
  const { Branches } = await import("./stage/branches.js");
  return new Branches(service, () => runner.session, note, nameOf);
});
const program = new Program(editor, picker, () => clear());
const play = new Play(runner, picker, { begin, fail });
const past = new Late(async () => {
  const { Looking } = await import("./past/looking.js");
  return new Looking(service, { runner, play, stage, readings, note, fps: () => picker.chosen?.render_fps, admit });
});
const record = element("record", HTMLInputElement);

/** Clear what the last run or play left, also what another environment may have left. */
async function begin() {
  await clear();
  log.clear();
  editor.clearMarks();
  runner.title = "By hand";
}

/** End what runs, and clear the stage: what it shows is always of the environment and the agent that are chosen. */
async function clear() {
  if (runner.admitted?.record.env_id !== picker.field.value) runner.admitted = undefined;
  const stopped = [play.stop(), runner.stop(), runner.beginnings.clear()];
  for (const part of [stage, readings]) part.clear();
  for (const part of [curve, past]) part.tell((/** @type {{clear: () => void}} */ it) => it.clear());
  painter.reset();
  await Promise.all(stopped);
}

/** A picture of a point has come. @param {import("../page/stage.js").Picture} picture
 * @param {import("../timeline/track.js").Point | undefined} point */
function saw(picture, point) {
  void past.need(({ timeline }) => timeline.saw(picture, point));
}

/** @param {boolean} paused */
async function start(paused) {
  await begin();
  program.ran();
  runner.title = program.name;
  const running = runner.run(editor.code, { paused });
  controls.applySpeed();
  await running;
}

/** @param {unknown} error */
function fail(error) {
  if (!(error instanceof Error)) throw error;
  if (error instanceof Unauthorized) offerKey();
  log.fail({ name: error.name, message: error.message, line: null, column: null });
}

/** @param {string} envId */
async function picked(envId, { asks = true } = {}) {
  // Else the list would open again when a question gives the focus back.
  picker.field.blur();
  await clear();
  await program.pickedEnvironment(envId, { asks });
}

async function loadCatalogue() {
  try {
    picker.fill(await catalog(service.options));
    picker.choose(picker.field.value);
    controls.applySpeed();
  } catch (error) {
    fail(error);
    if (error instanceof Unauthorized && (await service.askForKey())) await loadCatalogue();
  }
}

/** The instance that the page was opened with, or a branch.
 * @param {string} id @param {import("../timeline/track.js").Track} [track] - Its past; else it is read from the log. */
async function admit(id, track) {
  const record = await new Connection(service.options).read(`/v1/envs/${encodeURIComponent(id)}/`);
  runner.admitted = { record, track };
  picker.choose(record.env_id);
  const session = runner.openSession();
  if (!session.watched) return;
  readings.show(session.watched);
  const { watched } = session;
  await past.need((looking) => (track ? looking.changed(watched) : looking.read(watched)));
  await branches.need((it) => it.refresh());
  // Before the first reset there is no picture.
  if (record.episode > 0) await painter.changed(session.watched, session);
}

/** @param {string} text @param {string} what */
async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say("said", `${what} copied.`);
  } catch {
    // Only secure pages have a clipboard.
    note(text);
    say("said", `${what} is in the console. Copy it from there.`);
  }
}

element("every").addEventListener("change", ({ target }) => {
  painter.every = target instanceof HTMLSelectElement ? Number(target.value) : 1;
});
element("clear").addEventListener("click", () => log.clear());
record.addEventListener("change", () => past.need((looking) => looking.record(record.checked)));
for (const language of ["python", "javascript", "curl"]) {
  element(`copy-${language}`).addEventListener("click", async () => {
    const { copyEpisode } = await import("./copies/copying.js");
    await copyEpisode({ service, runner, readings, picker, copy }, language);
  });
}
element("share").addEventListener("click", async () => copy(await program.link(), "A link to this agent"));

watchHeader(service, loadCatalogue);
const catalogueLoaded = loadCatalogue();

async function open() {
  try {
    say("said", await program.open(instanceId));
    if (!instanceId || runner.admitted || exampleInAddress()) return;
    await catalogueLoaded;
    await admit(instanceId);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof GymHTTPError) fail(error);
    else note(error.message);
  }
}

addEventListener("hashchange", () => {
  forgetTurn();
  return open();
});
await open();
await catalogueLoaded;
const lesson = new URLSearchParams(location.search).get("lesson");
if (lesson) {
  (await import("./lesson.js")).applyLesson(location.search);
  picker.choose(lesson);
  if (!picker.chosen) say("said", `This service has no environment ${lesson}, which the lesson is about.`);
  else if (!editor.code.includes(JSON.stringify(lesson))) await picked(lesson, { asks: false });
}
document.body.dataset.ready = "true";
