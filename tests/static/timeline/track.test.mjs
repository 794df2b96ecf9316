/** What a track keeps, and what it is read from. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Detours } from "../../../static/agent/run/detours.js";
import { isRecorded, recorded, revisionOf } from "../../../static/agent/run/calls.js";
import { Instance } from "../../../static/agent/run/instance.js";
import { readPoints } from "../../../static/timeline/rows.js";
import { Track, rewardOf } from "../../../static/timeline/track.js";

const step = (number, call = "step") => ({ instance: "a", place: String(number), call, episode: 1, step: number, ended: false });

test("a point keeps its number when earlier ones are dropped, and those of the last episode stay", () => {
  const track = new Track();
  for (let number = 0; number < 20_000; number++) track.add(step(number, number === 500 || number === 15_000 ? "reset" : "step"));
  assert.equal(track.last.number, 19_999);
  assert.ok(track.first.number > 0 && track.first.number <= 10_000);
  assert.equal(track.near(15_000).place, "15000");
  assert.equal(track.near(-5), track.first);
  assert.equal(track.near(1e9), track.last);
  assert.equal(track.upTo(track.near(15_000)).last.place, "15000");
  const long = new Track();
  for (let number = 0; number < 99_999; number++) long.add(step(number, number ? "step" : "reset"));
  assert.equal(long.first.number, 0);
});

test("rewards of several environments count as their sum, and words as the numbers that they stand for", () => {
  assert.equal(rewardOf([1, [2, 3]]), 6);
  assert.equal(rewardOf(null), 0);
  assert.equal(rewardOf("Infinity"), Infinity);
});

test("an instance knows where each of its steps stands in the log, those of rollouts and branches too", () => {
  const instance = new Instance("a", {}, true);
  Object.assign(instance, { recording: true, revision: 1 });
  instance.wasReset({ seed: 1 }, { observation: [0, 0] });
  instance.revision = 2;
  instance.stepped({ action: 1 }, { observation: [1, 0], reward: 2, terminated: false, truncated: false });
  instance.revision = 3;
  const flags = { terminations: [false, true, false], truncations: [false, false, false] };
  const reply = { steps: 3, rewards: [1, 1, 5], observations: [1, 2, 3], ...flags, resets: [{ index: 2 }] };
  instance.rolledOut({ actions: [0, 1, 0] }, reply);
  const { points } = instance.track;
  assert.deepEqual(points.map(({ place }) => place), ["1", "2", "3.0", "3.1", "3.2", "3.3"]);
  assert.deepEqual(points.map(({ call }) => call), ["reset", "step", "step", "step", "reset", "step"]);
  assert.deepEqual(points.map(({ episode, step }) => [episode, step].join()), ["1,0", "1,1", "1,2", "1,3", "2,0", "2,1"]);
  assert.deepEqual(points.map(({ sum }) => sum), [0, 2, 3, 4, 0, 5]);
  assert.deepEqual(points.map(({ ended }) => ended), [false, false, false, true, false, false]);
  const twin = instance.branched("b", points[1]);
  assert.deepEqual([twin.steps, twin.return, twin.episode, twin.history.calls.length], [1, 2, 1, 2]);
  twin.revision = 1;
  twin.stepped({ action: 0 }, { observation: [3, 0], reward: 1, terminated: false, truncated: false });
  assert.deepEqual(twin.track.points.map((each) => `${each.instance}${each.place}`), ["a1", "a2", "b1"]);
  assert.equal(points.length, 6);
});

test("a single step of a rollout is its revision's only call, and what is not recorded has no place", () => {
  const instance = new Instance("a", {}, true);
  Object.assign(instance, { recording: true, revision: 4 });
  instance.rolledOut({ actions: [0] }, { steps: 1, rewards: [1], terminations: [false], truncations: [false], resets: [] });
  instance.recording = false;
  instance.stepped({ action: 0 }, { observation: Array(100).fill(0), reward: 1, terminated: false, truncated: false });
  assert.deepEqual(instance.track.points.map(({ place }) => place), ["4", null]);
  assert.ok(!("observation" in instance.track.last));
});

test("points are read from the pages of a log, with the return where the log has the whole episode", async () => {
  const row = (revision, call, more) => ({ revision, index: null, call, episode: 1, step: 0, action: null, reward: null, ...more });
  const pages = {
    0: { rows: [row(1, "step", { step: 7, reward: 1 }), row(2, "reset", { episode: 2 })], next: "2" },
    2: {
      rows: [
        row(3, "step", { index: 0, step: 1, action: 1, reward: "Infinity", terminated: false, truncated: [false, true] }),
        row(3, "sample", { index: 1 }),
        row(4, "restore", { step: 9 }),
        row(9, "step", { step: 10, reward: 1 }),
      ],
      next: null,
    },
  };
  const connection = { read: async (path) => pages[/after=(\d+)/.exec(path)[1]] };
  const points = await readPoints(connection, "a", { to: 8, most: 100 });
  assert.deepEqual(points.map(({ place, call }) => `${call} ${place}`), ["step 1", "reset 2", "step 3.0", "restore 4"]);
  assert.deepEqual(points.map(({ sum }) => sum), [undefined, 0, Infinity, undefined]);
  assert.deepEqual(points.map(({ ended }) => ended), [false, false, true, false]);
});

test("creations are recorded unless they say otherwise, and other bodies are not changed", () => {
  const sent = (body) => JSON.parse(recorded({ body: JSON.stringify(body) }, "Mine").body);
  assert.deepEqual(sent({ env_id: "CartPole-v1" }), { name: "Mine", env_id: "CartPole-v1", record: true });
  assert.equal(sent({ env_id: "CartPole-v1", name: "other" }).name, "other");
  assert.deepEqual(sent({ env_id: "CartPole-v1", record: false }).record, false);
  const snapshot = { body: new Uint8Array([1, 2]) };
  assert.equal(recorded(snapshot, ""), snapshot);
  assert.deepEqual([{}, { env_id: "A" }, { env_id: "A", record: false }].map((body) => isRecorded(body, true)), [false, true, false]);
});

test("the revision of a reply is the number in its tag", () => {
  const of = (tag) => revisionOf(new Response("", { headers: tag ? { ETag: tag } : {} }));
  assert.deepEqual([of('"12"'), of('W/"7"'), of("")], [12, 7, null]);
});

test("calls on a branched instance go to the last branch, under the id that the agent knows", () => {
  const detours = new Detours();
  const call = { kind: "step", id: "a", path: "/v1/envs/a/step/" };
  assert.equal(detours.follow(call), call);
  detours.lead("a", "b");
  assert.deepEqual(detours.follow(call), { kind: "step", id: "b", path: "/v1/envs/b/step/" });
  detours.lead("b", "c");
  assert.equal(detours.follow(call).id, "c");
});
