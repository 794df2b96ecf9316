/** The parts of the playground that need no page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { asCurl, asPython } from "../../static/agent/copies.js";
import { Gate } from "../../static/agent/gate.js";
import { Instance } from "../../static/agent/instance.js";
import { keymapOf } from "../../static/agent/keymap.js";
import { spaceInWords, valueInWords } from "../../static/agent/words.js";

const discrete = (n, start = 0) => ({ name: "Discrete", n, start });
const action = (entry, ...codes) => keymapOf(entry).actionOf(new Set(codes));

test("arrows and WASD mean the actions that are called left, right, up and down", () => {
  const lake = { env_id: "FrozenLake-v1", action_space: discrete(4) };
  assert.deepEqual(["ArrowLeft", "KeyS", "KeyD", "ArrowUp"].map((code) => action(lake, code)), [0, 1, 2, 3]);
  const taxi = { env_id: "Taxi-v4", action_space: discrete(6) };
  assert.deepEqual(["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "KeyP", "KeyO"].map((code) => action(taxi, code)), [0, 1, 2, 3, 4, 5]);
});

test("the key that was pressed last counts, and keys without a meaning are none", () => {
  const cart = { env_id: "CartPole-v1", action_space: discrete(2) };
  assert.equal(action(cart, "ArrowLeft", "ArrowRight"), 1);
  assert.equal(action(cart, "KeyQ"), undefined);
  assert.equal(keymapOf(cart).idle, undefined);
  assert.equal(keymapOf({ env_id: "MountainCar-v0", action_space: discrete(3) }).idle, 1);
});

test("a joystick's keys are combined, as far as the game knows the combination", () => {
  const meanings = ["NOOP", "FIRE", "UP", "RIGHT", "UPRIGHT", "UPRIGHTFIRE"];
  const game = { env_id: "ALE/Game-v5", action_space: discrete(6), action_meanings: meanings };
  assert.equal(action(game), 0);
  assert.equal(action(game, "Space"), 1);
  assert.equal(action(game, "ArrowUp", "ArrowRight", "Space"), 5);
  assert.equal(action(game, "ArrowUp", "ArrowLeft"), 2);
});

test("arrows push a Box's numbers to their bounds", () => {
  const pendulum = { env_id: "Pendulum-v1", action_space: { name: "Box", shape: [1], low: -2, high: 2 } };
  assert.deepEqual([action(pendulum, "ArrowLeft"), action(pendulum, "ArrowRight"), keymapOf(pendulum).idle], [[-2], [2], [0]]);
  const space = { name: "Box", shape: [3], low: [-1, 0, 0], high: 1 };
  assert.deepEqual(action({ env_id: "CarRacing-v3", action_space: space }, "ArrowUp", "ArrowLeft"), [-1, 1, 0]);
  assert.equal(keymapOf({ env_id: "Ant-v5", action_space: { name: "Box", shape: [8], low: -1, high: 1 } }), null);
});

test("spaces and values are put in words", () => {
  assert.equal(spaceInWords(discrete(4)), "one of 4");
  assert.equal(spaceInWords({ name: "Box", shape: [210, 160, 3], dtype: "uint8", low: 0, high: 255 }), "a picture, 160 × 210");
  assert.equal(spaceInWords({ name: "Box", shape: [2], low: "-Infinity", high: "Infinity" }), "2 numbers of any size");
  assert.equal(spaceInWords(null), "known once it is made");
  assert.equal(valueInWords([[1, 2], [3, 4]]), "2 × 2 array");
  assert.equal(valueInWords([0.123456, -1]), "[0.1235, −1]");
});

test("a rollout's steps are counted into the episodes that they belong to", () => {
  const instance = new Instance("id", {}, true);
  instance.wasReset({}, { observation: 0 });
  const reply = { steps: 3, rewards: [1, 1, 1], terminations: [false, true, false], truncations: [false, false, false], resets: [{ index: 2 }] };
  assert.deepEqual(instance.rolledOut({ actions: [0, 0, 0] }, reply), [2]);
  assert.deepEqual([instance.steps, instance.return], [1, 1]);
});

test("a paused gate lets through as many steps as are allowed, and ends by its signal", async () => {
  const gate = new Gate();
  const stop = new AbortController();
  gate.set({ paused: true });
  let passed = 0;
  const all = Promise.allSettled([1, 2, 3].map(() => gate.pass(stop.signal).then(() => passed++)));
  gate.allowOne();
  gate.allowOne();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(passed, 2);
  stop.abort(new Error("Stopped."));
  assert.equal((await all).filter(({ status }) => status === "rejected").length, 1);
});

const EPISODE = {
  url: process.env.GYM_HTTP_URL ?? "http://127.0.0.1:5000",
  creation: { env_id: "CartPole-v1", render_mode: null, kwargs: { sutton_barto_reward: true } },
  calls: [{ path: "reset/", body: { seed: 42 } }, { path: "step/", body: { action: 1 } }],
};

test("what is copied quotes what a shell or Python would read", () => {
  const episode = { ...EPISODE, creation: { env_id: "it's", kwargs: { none: null, yes: true } } };
  assert.match(asCurl(episode), /-d '\{"env_id":"it'\\''s"/);
  assert.match(asPython(episode), /json=\{"env_id": "it's", "kwargs": \{"none": None, "yes": True\}\}/);
});

// For the Python test that runs both.
if (process.env.GYM_HTTP_COPY) console.log(`COPY ${JSON.stringify({ python: asPython(EPISODE), curl: asCurl(EPISODE) })}`);
