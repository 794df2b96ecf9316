/** What the JavaScript client has again of recorded environments, on the server at GYM_HTTP_URL. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";

import * as gymnasium from "../../static/gymnasium.js";
import { Connection } from "../../static/gymnasium/connection.js";

const { Env } = gymnasium;
const url = process.env.GYM_HTTP_URL;

const made = [];
async function make(options) {
  const env = await Env.make("CartPole-v1", { url, renderMode: null, ...options });
  made.push(env);
  return env;
}
after(() => Promise.allSettled(made.map((env) => env.close())));

async function all(rows) {
  const found = [];
  for await (const row of rows) found.push(row);
  return found;
}

/** An environment of a server that answers GET and POST of a path's last part as `replies` say, in turn. */
function answering(replies) {
  const asked = [];
  const fetch = async (to, { body }) => {
    const { pathname, search } = new URL(to);
    const [name] = pathname.split("/").slice(4).filter(Boolean);
    if (name.endsWith("_space")) return Response.json({ name: "Discrete", shape: [], dtype: "int64", n: 2, start: 0 });
    asked.push(name + search + (body ?? ""));
    return Response.json(replies[asked.length - 1]);
  };
  return { asked, env: Env.attach("a", { url, fetch }) };
}

test("every call is had again as it returned, by its revision and its place in a rollout", async () => {
  const env = await make({ record: true, renderMode: "rgb_array_list" });
  const [first, step] = [await env.reset({ seed: 42 }), await env.step(0)];
  const [sample, rendering] = [await env.sample(), await env.render()];
  const { observations } = await env.rollout([1, 1, 0]);
  const [reset, then, sampled, drawn] = await Promise.all([1, 2, 3, 4].map((revision) => env.at(revision)));
  assert.deepEqual([reset.observation, reset.info, reset.arguments.seed], [first.observation, first.info, 42]);
  const { observation, reward, terminated, truncated, info } = then;
  const named = { observation, reward, terminated, truncated, info };
  assert.deepEqual(Object.assign(Object.values(named), named), step);
  assert.deepEqual([sampled.sample, drawn.rendering.urls, "data" in drawn], [sample, rendering.urls, false]);
  const rolled = await Promise.all(["5.0", "5.1", 5].map((place) => env.at(place)));
  assert.deepEqual(rolled.map((each) => each.observation), observations);
  const rows = await all(env.history());
  assert.deepEqual(rows.map(({ call }) => call), ["reset", "step", "sample", "render", "step", "step", "step"]);
  assert.deepEqual(await all(env.history({ after: "5.0" })), rows.slice(5));
  assert.deepEqual(rows.slice(4).map(({ index, action, reward }) => [index, action, reward]), [[0, 1, 1], [1, 1, 1], [2, 0, 1]]);
  assert.equal(await env.verify(), 7);
});

test("the past is gone back to and branched from", async () => {
  const env = await make();
  await env.recording();
  await env.reset({ seed: 42 });
  await env.step(0);
  const first = await env.step(1);
  await env.step(1);
  const [fork] = await env.fork({ revision: 3 });
  made.push(fork);
  assert.deepEqual(await fork.step(1), first);
  assert.equal((await env.restore({ revision: 3 })).steps, 1);
  assert.deepEqual(await env.step(1), first);
  await env.recording(false);
  const rows = await all(env.history());
  await env.step(1);
  assert.deepEqual(await all(env.history()), rows);
});

test("what was never recorded is an error that says so", async () => {
  const env = await make();
  await assert.rejects(env.at(1), gymnasium.NotRecorded);
  await assert.rejects(env.verify(), gymnasium.NotRecorded);
  await assert.rejects(all(env.history()), gymnasium.NotRecorded);
  await env.recording();
  await env.reset();
  const missing = (error) => error instanceof gymnasium.RevisionNotFound && error.problem.last === 2;
  const calls = [env.at(9), env.restore({ revision: 9 }), env.fork({ revision: "9.1" })];
  await Promise.all(calls.map((call) => assert.rejects(call, missing)));
});

test("a log is read page after page, with the numbers that JSON has as words", async () => {
  const row = (revision) => ({ revision, action: null, reward: "Infinity" });
  const { asked, env } = answering([{ rows: [row(1), row(2)], next: "2.7" }, { rows: [row(3)], next: null }]);
  const rows = await all((await env).history());
  assert.deepEqual(rows.map(({ revision, reward }) => [revision, reward]), [[1, Infinity], [2, Infinity], [3, Infinity]]);
  assert.deepEqual(asked, ["history", "history?after=2.7"]);
});

test("no page is asked for that nobody reads", async () => {
  const { asked, env } = answering([{ rows: [{ revision: 1, action: 0, reward: 1 }], next: "1" }]);
  for await (const { action } of (await env).history()) {
    assert.equal(action, 0);
    break;
  }
  assert.equal(asked.length, 1);
});

test("a log is verified part after part, and a difference is an error with its place", async () => {
  const parts = [{ verified: true, calls: 5, next: 6 }, { verified: true, calls: 2, next: null }];
  const right = answering(parts);
  /** @type {number[]} */
  const told = [];
  assert.equal(await (await right.env).verify({ onProgress: (calls) => told.push(calls) }), 7);
  assert.deepEqual([told.length, told.at(-1)], [2, 7]);
  assert.deepEqual(right.asked, ["verify{}", 'verify{"from":6}']);
  const wrong = answering([parts[0], { verified: false, calls: 1, next: null, at: "7.2", reason: "another reward" }]);
  await assert.rejects((await wrong.env).verify(), (error) => {
    assert.ok(error instanceof gymnasium.NotVerified);
    assert.equal(error.message, "The call that made revision 7.2 differs: another reward.");
    assert.equal(error.problem.at, "7.2");
    return true;
  });
});

test("an episode that is elsewhere is fetched from there without the key", async () => {
  const keys = [];
  const serving = async (answer) => {
    const server = createServer((request, reply) => {
      keys.push(request.headers.authorization);
      answer(reply).end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
  };
  const at = (server) => `http://127.0.0.1:${server.address().port}`;
  const bucket = await serving((reply) => reply.writeHead(200, { "Content-Type": "application/json" }));
  const service = await serving((reply) => reply.writeHead(303, { Location: `${at(bucket)}/copy?signed` }));
  const connection = new Connection({ url: at(service), apiKey: "secret" });
  assert.deepEqual(await connection.read("/v1/envs/x/episodes/1/"), {});
  assert.deepEqual(keys, ["Bearer secret", undefined]);
  for (const server of [service, bucket]) server.close().closeAllConnections();
});
