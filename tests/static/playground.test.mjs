/** The parts of the playground that need no page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Gate } from "../../static/agent/run/gate.js";
import { Instance } from "../../static/agent/run/instance.js";
import { keymapOf } from "../../static/agent/play/keymap.js";
import { spaceInWords, valueInWords } from "../../static/page/words.js";

const discrete = (n, start = 0) => ({ name: "Discrete", n, start });
const arrow = { left: ["ArrowLeft", "KeyA"], right: ["ArrowRight", "KeyD"], up: ["ArrowUp", "KeyW"] };
const row = (action, ...codes) => ({ codes, action, meaning: null });
const action = (entry, ...codes) => keymapOf(entry).actionOf(new Set(codes));

test("a key means its action by each of its codes, and keys without a meaning are none", () => {
  const cart = { env_id: "CartPole-v1", action_space: discrete(2), keys: [row(0, arrow.left), row(1, arrow.right)] };
  assert.deepEqual(["ArrowLeft", "KeyD"].map((code) => action(cart, code)), [0, 1]);
  assert.equal(action(cart, "KeyQ"), undefined);
  assert.equal(keymapOf(cart).idle, undefined);
  assert.equal(keymapOf({ ...cart, keys: [row(1), ...cart.keys] }).idle, 1);
  assert.equal(keymapOf({ ...cart, keys: null }), null);
});

test("the key that was pressed last counts, unless more keys together have a meaning", () => {
  const keys = [row(0), row(1, arrow.left), row(2, arrow.right), row(3, ["Space"]), row(4, arrow.left, ["Space"])];
  const game = { env_id: "Game-v0", action_space: discrete(5), keys };
  assert.equal(action(game, "ArrowLeft", "ArrowRight"), 2);
  assert.equal(action(game, "KeyD", "ArrowLeft"), 1);
  assert.equal(action(game, "Space", "KeyA"), 4);
  assert.equal(action(game, "KeyA", "ArrowRight", "Space"), 4);
  assert.equal(action(game, "ArrowRight", "Space", "KeyQ"), 3);
});

test("the legend names the keys and what they mean", () => {
  const lake = { env_id: "FrozenLake-v1", action_space: discrete(4), keys: [row(0, arrow.left), row(3, arrow.up)] };
  assert.deepEqual(keymapOf(lake).legend, [["←", "left"], ["↑", "up"]]);
  const car = { env_id: "CarRacing-v3", keys: [{ ...row([-1, 0, 0], arrow.left), meaning: "steer left" }] };
  assert.deepEqual(keymapOf(car).legend, [["←", "steer left"]]);
  const plain = { env_id: "Mine-v0", action_space: discrete(2, 5), keys: [row(5, ["Digit0", "Numpad0"]), row([0.5, -1], ["KeyP"])] };
  assert.deepEqual(keymapOf(plain).legend, [["0", "action 5"], ["P", "[0.5, −1]"]]);
});

test("spaces and values are put in words", () => {
  assert.equal(spaceInWords(discrete(4)), "one of 4");
  assert.equal(spaceInWords({ name: "Box", shape: [210, 160, 3], dtype: "uint8", low: 0, high: 255 }), "a picture, 160 × 210");
  assert.equal(spaceInWords({ name: "Box", shape: [2], low: "-Infinity", high: "Infinity" }), "2 numbers of any size");
  assert.equal(spaceInWords(null), "known after creation");
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
