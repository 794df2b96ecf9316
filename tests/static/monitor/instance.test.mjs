/** An environment as the monitor knows it, without a page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Instance } from "../../../static/monitor/instance.js";

const BEGAN = Date.parse("2026-01-01T00:00:00Z");
const at = (seconds) => new Date(BEGAN + seconds * 1000).toISOString();
const now = (seconds) => BEGAN + seconds * 1000;

/** Stepped every so many seconds, and last at `until`. */
function stepped(every, until, more = {}) {
  const instance = new Instance("id", "CartPole-v1");
  for (let steps = 0; steps * every <= until; steps++) {
    instance.learn({ revision: steps + 1, episode: 1, steps, used: at(steps * every), created: at(0), ...more });
  }
  return instance;
}

test("one that is stepped every four seconds is stepping in between, at its rate", () => {
  const instance = stepped(4, 40);
  for (const seconds of [40, 41, 43.9, 46, 51]) assert.equal(instance.state(now(seconds)), "stepping");
  assert.ok(Math.abs(instance.rate(now(43)) - 0.25) < 0.01);
  assert.equal(instance.state(now(53)), "waiting");
  assert.equal(instance.rate(now(53)), 0);
});

test("sixty that are stepped in turn are sixty stepping at every moment", () => {
  const all = Array.from({ length: 60 }, () => new Instance("id", "CartPole-v1"));
  const counts = new Set();
  for (let turn = 0; turn < 600; turn++) {
    const instance = all[turn % 60];
    const steps = Math.floor(turn / 60);
    instance.learn({ revision: steps + 1, episode: 1, steps, used: at(turn * 0.15), created: at(0) });
    if (turn >= 240) counts.add(all.filter((each) => each.state(now(turn * 0.15)) === "stepping").length);
  }
  assert.deepEqual([...counts], [60]);
});

test("the rate moves by little when one interval is long or a rollout is made", () => {
  const instance = stepped(0.1, 10);
  const before = instance.rate(now(10));
  instance.learn({ revision: 1000, episode: 1, steps: 101, used: at(10.2), created: at(0) });
  assert.ok(Math.abs(instance.rate(now(10.2)) / before - 1) < 0.35);
});

test("an ended one says so once nobody steps it, and one without calls is stale", () => {
  const ended = stepped(1, 5, { ended: true });
  assert.equal(ended.state(now(6)), "stepping");
  assert.equal(ended.state(now(12)), "ended");
  assert.equal(ended.state(now(1000)), "ended");
  const idle = stepped(1, 5);
  assert.equal(idle.state(now(20)), "waiting");
  assert.equal(idle.state(now(36)), "stale");
  const fresh = new Instance("id", "CartPole-v1");
  fresh.learn({ revision: 0, episode: 0, steps: 0, used: at(0), created: at(0) });
  assert.equal(fresh.state(now(1)), "waiting");
});
