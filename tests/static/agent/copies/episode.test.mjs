/** Episodes, their histories, and the programs that they are copied as. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { lastEpisode } from "../../../../static/agent/copies/episode.js";
import { asJavaScript } from "../../../../static/agent/copies/javascript.js";
import { asPython } from "../../../../static/agent/copies/python.js";
import { asCurl } from "../../../../static/agent/copies/shell.js";
import { History } from "../../../../static/agent/copies/history.js";
import { Instance } from "../../../../static/agent/run/instance.js";

const made = (path, body) => ({ path, body });
const reset = (body = {}) => made("reset/", body);
const step = (action) => made("step/", { action });

test("what was before the last episode is made again by rollouts, and that episode call by call", () => {
  const rollout = made("rollout/", { actions: [1, 1], include: ["rewards"], on_end: "reset" });
  const { before, calls } = lastEpisode([reset({ seed: 1 }), step(0), step(1), rollout, step(2), reset(), step(3)]);
  const joined = (...actions) => made("rollout/", { actions, include: [], on_end: "continue" });
  assert.deepEqual(before, [reset({ seed: 1 }), joined(0, 1), { ...rollout, body: { ...rollout.body, include: [] } }, joined(2)]);
  assert.deepEqual(calls, [reset(), step(3)]);
});

test("of a long episode the last 1,000 calls are shown, and a rollout has at most 100 steps", () => {
  const { before, calls } = lastEpisode([reset(), ...Array.from({ length: 1250 }, (_, i) => step(i))]);
  assert.equal(calls.length, 1000);
  assert.deepEqual(before.map(({ body }) => body.actions?.length), [undefined, 100, 100, 50]);
});

test("a fork and a checkpoint have the history of their moment, and one with other generators has none", () => {
  const instance = new Instance("id", { env_id: "CartPole-v1" }, true);
  const cart = { observation: [0], reward: 1, terminated: false, truncated: false };
  assert.equal(instance.drawsSeed({}), true);
  instance.wasReset({ seed: 7 }, { observation: [0] });
  assert.equal(instance.drawsSeed({}), false);
  instance.marked("early");
  instance.stepped({ action: 1 }, cart);
  const [twin, other] = [instance.forked("twin", true), instance.forked("other", false)];
  instance.stepped({ action: 0 }, cart);
  assert.deepEqual(twin.history.calls, [reset({ seed: 7 }), step(1)]);
  assert.equal(other.history, null);
  const record = { steps: 0, episode_return: 0, episode: 1, ended: false };
  instance.wasRestored("early", record);
  assert.deepEqual(instance.history.calls, [reset({ seed: 7 })]);
  instance.wasRestored("of another page", record);
  assert.equal(instance.history, null);
});

test("a random rollout is copied by the actions that it took", () => {
  const instance = new Instance("id", {}, true);
  const reply = { steps: 2, rewards: [1, 1], terminations: [false, false], truncations: [false, false], actions: [1, 0], resets: [] };
  instance.rolledOut({ policy: "random", steps: 2 }, reply);
  assert.deepEqual(instance.history.calls, [made("rollout/", { actions: [1, 0] })]);
});

test("a history that is too long for a copy ends", () => {
  let history = new History({ creation: {} });
  for (let i = 0; i < 100_000; i++) history = history.and(step(0));
  assert.equal(history.calls.length, 100_000);
  assert.equal(history.and(step(0)), null);
});

const EPISODE = {
  url: process.env.GYM_HTTP_URL ?? "http://127.0.0.1:5000",
  keyed: Boolean(process.env.GYM_HTTP_API_KEY),
  beginning: { creation: { env_id: "MountainCarContinuous-v0", render_mode: null, kwargs: { goal_velocity: 0.01 } } },
  // Longer than 128 KiB, the longest argument that Linux takes.
  before: [reset({ seed: 1 }), made("rollout/", { actions: Array(6500).fill([0.12345678901234568]), include: [], on_end: "continue" })],
  calls: [reset({ seed: 42 }), step([0.12345678901234568])],
};

test("what is copied quotes what a shell or Python would read", () => {
  const episode = { ...EPISODE, beginning: { creation: { env_id: "it's", kwargs: { none: null, yes: true } } } };
  assert.match(asCurl(episode), /-d '\{"env_id":"it'\\''s"/);
  assert.match(asPython(episode), /call\(URL \+ "", \{"env_id": "it's", "kwargs": \{"none": None, "yes": True\}\}\)/);
});

// For the Python test that runs them.
if (process.env.GYM_HTTP_COPY) {
  console.log(`COPY ${JSON.stringify({ python: asPython(EPISODE), javascript: asJavaScript(EPISODE), curl: asCurl(EPISODE) })}`);
}
