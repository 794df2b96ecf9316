/** The parts of the playground that need no page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { lastEpisode } from "../../static/agent/copies/episode.js";
import { asJavaScript } from "../../static/agent/copies/javascript.js";
import { asPython } from "../../static/agent/copies/python.js";
import { asCurl } from "../../static/agent/copies/shell.js";
import { Gate } from "../../static/agent/gate.js";
import { Instance } from "../../static/agent/instance.js";
import { keymapOf } from "../../static/agent/keymap.js";
import { spaceInWords, valueInWords } from "../../static/agent/words.js";

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

const EPISODE = {
  url: process.env.GYM_HTTP_URL ?? "http://127.0.0.1:5000",
  keyed: Boolean(process.env.GYM_HTTP_API_KEY),
  beginning: { creation: { env_id: "CartPole-v1", render_mode: null, kwargs: { sutton_barto_reward: true } } },
  before: [reset({ seed: 1 }), made("rollout/", { actions: Array(40_000).fill(1), include: [], on_end: "continue" })],
  calls: [reset({ seed: 42 }), step(1)],
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
