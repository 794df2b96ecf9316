/** Which recordings are shown, and which episode a place belongs to. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { episodeAt, holds, recordingOf } from "../../../static/page/recording.js";
import { chosen } from "../../../static/recordings/choices.js";

const of = (instance_id, env_id, name, episode_return, used) => ({ instance_id, env_id, name, episode_return, used, steps: 1 });
const ALL = [
  of("a1", "CartPole-v1", "", 20, "2026-01-01"),
  of("b2", "FrozenLake-v1", "at the door", 1, "2026-01-03"),
  of("c3", "CartPole-v1", "best", [300, 200], "2026-01-02"),
];
const ids = (filter, order) => chosen(ALL, filter, order).map(({ instance_id }) => instance_id).join(" ");

test("a filter's words are looked for in environment, name and id, and the rest is in order", () => {
  assert.equal(ids("", "newest"), "b2 c3 a1");
  assert.equal(ids("", "return"), "c3 a1 b2");
  assert.equal(ids("cartpole BEST", "newest"), "c3");
  assert.equal(ids("b2", "name"), "b2");
  assert.equal(ids("", "name"), "b2 c3 a1");
});

test("an episode has the places from its first to its last, those within rollouts too", () => {
  const episode = { first: "3.2", last: "5.1" };
  assert.deepEqual(["3.1", "3.2", "4", "5.0", "5.1", "5.2", "6"].map((place) => holds(episode, place)), [false, true, true, true, true, false, false]);
});

test("the episode of a place is looked for under its likely number first, and then in all", async () => {
  const all = [{ number: 1, first: "1", last: "4" }, { number: 2, first: "5", last: "9" }];
  const asked = [];
  const read = async (path) => {
    asked.push(path);
    const after = Number(/after=(\d+)/.exec(path)[1]);
    const episodes = all.filter(({ number }) => number > after).slice(0, path.includes("limit=1") ? 1 : 9);
    return { episodes, next: null };
  };
  assert.equal((await episodeAt({ read }, "a", "7", 2)).number, 2);
  assert.equal(asked.length, 1);
  assert.equal((await episodeAt({ read }, "a", "7", 4)).number, 2);
  assert.equal(await episodeAt({ read }, "a", "10", 1), undefined);
});

test("one recording is the first behind the id before it", async () => {
  const id = "a0000000-0000-4000-8000-000000000000";
  const asked = [];
  const read = async (path) => (asked.push(path), { recordings: [{ instance_id: id }], next: null });
  assert.equal((await recordingOf({ read }, id)).instance_id, id);
  assert.equal(asked[0], "/v1/recordings/?limit=1&after=a0000000-0000-4000-7fff-ffffffffffff");
  assert.equal(await recordingOf({ read }, "b0000000-0000-4000-8000-000000000000"), undefined);
});
