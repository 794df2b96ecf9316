/** What an agent may call, and what the playground refuses. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MADE_BY, callOf, isAsSeen, parsed, unreadable, withActions } from "../../../../static/agent/run/calls.js";

const BASE = "http://127.0.0.1:5000/gym";
const of = (method, path) => callOf(BASE, method, BASE + path);

test("calls are known by their method and path below the service's address", () => {
  assert.deepEqual(of("POST", "/v1/envs/"), { kind: "create", id: "", path: "/v1/envs/" });
  assert.equal(of("POST", "/v1/envs/a-1/step")?.kind, "step");
  assert.deepEqual(of("DELETE", "/v1/envs/a-1"), null);
  assert.equal(of("DELETE", "/v1/envs/a-1/")?.kind, "close");
  assert.equal(of("GET", "/v1/envs/a-1/checkpoints/")?.kind, "read");
  assert.equal(of("GET", "/v1/envs/a-1/monitor/render/")?.kind, "render");
  assert.equal(of("GET", "/v1/envs/a-1/at/5.2/")?.kind, "read");
});

test("an agent may not list, leave the service, or climb out of an instance's path", () => {
  assert.equal(of("GET", "/v1/envs/"), null);
  assert.equal(callOf(BASE, "GET", "http://127.0.0.1:5000/v1/health/"), null);
  assert.equal(callOf(BASE, "POST", "http://evil.example/gym/v1/envs/"), null);
  assert.equal(of("POST", "/v1/envs/mine/../../batch/step/"), null);
});

test("what calls make is told, and whether it is as the page saw its origin", () => {
  const kept = [{ index: 3, instance_id: "c" }];
  const replies = { create: { instance_id: "a" }, fork: { instance_ids: ["a", "b"] }, explore: { kept } };
  const made = Object.entries(replies).map(([kind, reply]) => MADE_BY.get(kind)(reply));
  assert.deepEqual([made, MADE_BY.has("restore")], [[["a"], ["a", "b"], ["c"]], false]);
  assert.equal(isAsSeen("create", { env_id: "CartPole-v1" }), true);
  assert.equal(isAsSeen("create", {}), false, "of a snapshot's file");
  assert.deepEqual([isAsSeen("fork", { revision: null }), isAsSeen("fork", { revision: "5.2" })], [true, false]);
  assert.equal(isAsSeen("explore", {}), false);
});

test("MessagePack is refused, both ways, with what to leave out", async () => {
  assert.equal(unreadable({ headers: { "Content-Type": "application/json", "Accept": "*/*" } }), null);
  const accept = unreadable({ headers: { accept: "application/vnd.gymnasium.v1+msgpack" } });
  assert.equal(accept?.status, 406);
  assert.match((await accept?.json()).detail, /leave out Accept/);
  assert.equal(unreadable({ headers: { "content-type": "application/msgpack" } })?.status, 415);
});

test("a random rollout also asks for its actions, and other bodies are not changed", () => {
  const asked = (body) => JSON.parse(withActions({ body: JSON.stringify(body) }).body);
  assert.deepEqual(asked({ policy: "random", steps: 2, include: ["rewards"] }).include, ["rewards", "actions"]);
  assert.deepEqual(asked({ policy: "random" }).include, ["observations", "rewards", "terminations", "truncations", "actions"]);
  assert.deepEqual(asked({ actions: [1] }), { actions: [1] });
  const damaged = { body: "{" };
  assert.equal(withActions(damaged), damaged);
});

test("a body is read as text or bytes, and one that is no JSON has no members", () => {
  assert.deepEqual(parsed(new TextEncoder().encode('{"seed": 1}')), { seed: 1 });
  assert.deepEqual([parsed(undefined), parsed(""), parsed("null"), parsed("{")], [{}, {}, {}, {}]);
});
