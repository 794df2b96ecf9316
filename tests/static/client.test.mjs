/**
 * The JavaScript client against real servers: one open to all at GYM_HTTP_URL, and one at GYM_HTTP_KEYED_URL that
 * wants the API key GYM_HTTP_KEY.
 */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import * as gymnasium from "../../static/gymnasium.js";
import { Connection } from "../../static/gymnasium/connection.js";

const { Env, makeSpace } = gymnasium;
const url = process.env.GYM_HTTP_URL;
const SEED_42 = [0.02739560417830944, -0.006112155970185995, 0.03585979342460632, 0.019736802205443382];
const AFTER_1 = [0.02727336250245571, 0.18847766518592834, 0.036254528909921646, -0.26141977310180664];

/** Numbers in [0, 1), the same at every run. */
function seeded(state = 1) {
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** A fetch whose replies are lost, or replaced, as `spoil` says of each call by its number from 0. */
function spoiled(spoil) {
  const sent = [];
  const fetching = async (to, init) => {
    const number = sent.push({ to, ...init }) - 1;
    return spoil(number, () => fetch(to, init));
  };
  return { sent, fetch: fetching };
}

const losingTheFirstReply = () =>
  spoiled(async (number, send) => {
    const reply = await send();
    if (number === 0) throw new TypeError("fetch failed");
    return reply;
  });

function problem(status, kind, headers) {
  return Response.json({ type: `urn:gym-http:problem:${kind}`, detail: kind }, { status, headers });
}

const made = [];
/** An environment that is closed when all tests are done. */
async function make(envId, options) {
  const env = await Env.make(envId, { url, ...options });
  made.push(env);
  return env;
}
after(() => Promise.allSettled(made.map((env) => env.close())));

/* An episode */

test("an episode has Gymnasium's numbers, as arrays and by name", async () => {
  const env = await make("CartPole-v1");
  const first = await env.reset({ seed: 42 });
  let [observation, info] = first;
  assert.deepEqual(observation, SEED_42);
  assert.deepEqual(info, {});
  assert.equal(first.observation, observation);

  const step = await env.step(1);
  let reward, terminated, truncated;
  [observation, reward, terminated, truncated, info] = step;
  assert.deepEqual([observation, reward, terminated, truncated, info], [AFTER_1, 1, false, false, {}]);
  assert.deepEqual(step.observation, AFTER_1);
  assert.equal(step.reward + step.length, 6);
  assert.deepEqual(structuredClone(step).observation, structuredClone(step)[0]);
});

test("the sample agent of gymnasium-http-api runs as it is", async (t) => {
  // A page's own address is the service's there.
  globalThis.location = new URL(url);
  t.after(() => delete globalThis.location);
  const drawn = [];
  function draw(res) {
    if (res.encoding === "base64") drawn.push(`data:${res.content_type};base64,${res.data}`);
  }

  const env = await Env.make("CartPole-v1");

  let state = await env.reset();
  let observation = state.observation;

  let episodeOver = false;
  let totalReward = 0;

  while (!episodeOver && drawn.length < 5) {
    const [position, velocity, angle, angVelocity] = observation;
    const action = (angle + angVelocity < 0) ? 0 : 1;
    const state = await env.step(action);
    observation = state.observation;

    draw(await env.render());
    totalReward += state.reward;
    episodeOver = state.terminated || state.truncated;
  }

  await env.close();

  assert.equal(totalReward, 5);
  assert.match(drawn[4], /^data:image\/png;base64,iVBOR/);
});

test("the render mode alone can be the second argument", async (t) => {
  globalThis.location = new URL(url);
  t.after(() => delete globalThis.location);
  const env = await Env.make("FrozenLake-v1", "ansi");
  assert.equal((await env.record()).render_mode, "ansi");
  await env.close();
});

test("options are gymnasium.make's, by their names in JavaScript", async () => {
  const env = await make("CartPole-v1", {
    renderMode: null,
    kwargs: { sutton_barto_reward: true },
    maxEpisodeSteps: 1,
    wrappers: [{ name: "FrameStackObservation", kwargs: { stack_size: 2 } }],
    seed: 42,
  });
  const { observation } = await env.reset();
  assert.deepEqual(observation[1], SEED_42);
  const { reward, truncated } = await env.step(0);
  assert.deepEqual([reward, truncated], [0, true]);
  assert.equal((await env.record()).render_mode, null);
});

test("a vector environment's results are lists", async () => {
  const env = await make("CartPole-v1", { numEnvs: 2, autoreset: "SameStep" });
  await env.reset({ seed: 42 });
  const { observation, reward, terminated } = await env.step(env.actionSpace.sample(seeded()));
  assert.equal(observation.length, 2);
  assert.deepEqual(reward, [1, 1]);
  assert.deepEqual(terminated, [false, false]);
});

/* Pictures */

test("a picture is a PNG as base64, as a data URL and as a Blob", async () => {
  const env = await make("CartPole-v1");
  await env.reset({ seed: 1 });
  const { renderMode, contentType, frames, text, url: dataUrl, blob } = await env.render();
  assert.deepEqual([renderMode, contentType, frames.length, text], ["rgb_array", "image/png", 1, null]);
  assert.equal(dataUrl, `data:image/png;base64,${frames[0]}`);
  assert.deepEqual(new Uint8Array(await blob.arrayBuffer()).slice(0, 4), new Uint8Array([137, 80, 78, 71]));
});

test("rgb_array_list has a picture for the reset and each step", async () => {
  const env = await make("CartPole-v1", { renderMode: "rgb_array_list" });
  await env.reset({ seed: 1 });
  await env.step(0);
  const { frames, urls } = await env.render();
  assert.equal(frames.length, 2);
  assert.equal(urls.length, 2);
});

test("text is text and has no pictures", async () => {
  const env = await make("FrozenLake-v1", { renderMode: "ansi" });
  await env.reset({ seed: 1 });
  const { text, frames, url: dataUrl, blob } = await env.render();
  assert.match(text, /FFF/);
  assert.deepEqual([frames, dataUrl, blob], [[], null, null]);
});

test("the stream's address answers with pictures", async () => {
  const env = await make("CartPole-v1");
  await env.reset({ seed: 1 });
  const reply = await fetch(env.streamUrl);
  assert.match(reply.headers.get("Content-Type"), /^multipart\/x-mixed-replace/);
  await reply.body.cancel();
});

test("where no key is asked for, the addresses with a ticket need none", async () => {
  const env = await make("CartPole-v1");
  assert.equal(await env.ticketedStreamUrl(), env.streamUrl);
  assert.equal(await env.ticketedRenderUrl(), env.streamUrl.replace("stream", "render"));
});

test("an address with a ticket shows its own environment to whoever has no key, and no other", async () => {
  const keyed = { url: process.env.GYM_HTTP_KEYED_URL, apiKey: process.env.GYM_HTTP_KEY };
  const [env, other] = [await make("CartPole-v1", keyed), await make("CartPole-v1", keyed)];
  await Promise.all([env.reset({ seed: 1 }), other.reset({ seed: 1 })]);
  assert.equal((await fetch(env.streamUrl)).status, 401);

  const picture = await fetch(await env.ticketedRenderUrl());
  assert.equal(picture.status, 200);
  assert.equal((await picture.json()).data, (await env.render()).frames[0]);

  const streamed = await fetch(await env.ticketedStreamUrl());
  assert.equal(streamed.status, 200);
  assert.match(streamed.headers.get("Content-Type"), /^multipart\/x-mixed-replace/);
  await streamed.body.cancel();

  const { search } = new URL(await env.ticketedStreamUrl());
  assert.equal((await fetch(other.streamUrl + search)).status, 401);
});

/* Spaces */

const FOREIGN = [0, 1, 5, 600, -1, 0.5, true, null, "a", [], [0], [0.5], [3], ["a"], {}, [1, 2], [0, 0, 0, 0], [0, 0, 0]];

for (const envId of ["CartPole-v1", "Pendulum-v1", "Blackjack-v1", "Taxi-v4"]) {
  test(`${envId}'s spaces are sampled and judged as the server judges`, async () => {
    const env = await make(envId, { renderMode: null });
    for (const [name, space] of [["action_space", env.actionSpace], ["observation_space", env.observationSpace]]) {
      const samples = Array.from({ length: 5 }, (_, i) => space.sample(seeded(i + 1)));
      for (const sample of samples) assert.equal(space.contains(sample), true);
      samples.push(await env.sample(name));
      for (const value of [...samples, ...FOREIGN]) {
        assert.equal(space.contains(value), await env.contains(value, name), `${name}: ${JSON.stringify(value)}`);
      }
    }
  });
}

test("infinite bounds are numbers", async () => {
  const { observationSpace } = await make("CartPole-v1");
  assert.deepEqual(observationSpace.low, [-4.800000190734863, -Infinity, -0.41887903213500977, -Infinity]);
  assert.equal(observationSpace.contains([0, 1e30, 0, -1e30]), true);
  assert.equal(observationSpace.contains([0, 1e39, 0, 0]), false, "beyond float32");
  assert.equal(observationSpace.contains([0, NaN, 0, 0]), false);
});

test("a bound is compared in the space's own dtype", () => {
  const tenth = Math.fround(0.1);
  const box = makeSpace({ name: "Box", shape: [], dtype: "float32", low: 0, high: tenth });
  assert.equal(box.contains(0.1), true);
  assert.equal(box.contains(0.1000001), false);
});

const DISCRETE = { name: "Discrete", n: 3, shape: [], dtype: "int64", start: -1 };
const BOX = { name: "Box", shape: [2], dtype: "float32", low: ["-Infinity", 0], high: [0, "Infinity"] };
const TEXT = { name: "Text", shape: null, min_length: 1, max_length: 3, charset: "ab🎲" };
const DICT = { name: "Dict", shape: null, keys: ["z", 1], spaces: { 1: DISCRETE, z: BOX } };
const SPACES = {
  Discrete: [DISCRETE, [-2, 2, "1", null]],
  Box: [BOX, [[0], [1, 1], [-1, -1], 3]],
  "Box of integers": [
    { name: "Box", shape: [1, 2], dtype: "uint8", low: [[0, 250]], high: [[3, 255]] },
    [[[0.5, 251]], [[0, 256]], [0, 250]],
  ],
  MultiBinary: [{ name: "MultiBinary", n: [2, 2], shape: [2, 2], dtype: "int8" }, [[[0, 1], [2, 0]], [0, 1]]],
  MultiDiscrete: [
    { name: "MultiDiscrete", shape: [2], dtype: "int64", nvec: [2, 5], start: [0, 10] },
    [[0, 9], [0, 15], [2, 10], [0]],
  ],
  Text: [TEXT, ["", "aaaa", "c", 1]],
  Tuple: [{ name: "Tuple", shape: null, spaces: [DISCRETE, TEXT] }, [[0], [0, ""], { 0: 0, 1: "a" }]],
  Dict: [DICT, [{}, { z: [0, 0] }, { z: [0, 0], 1: 0, more: 0 }, [0, 0]]],
  Sequence: [{ name: "Sequence", shape: null, feature_space: TEXT, stack: false }, [["c"], "a", { length: 0 }]],
  "Sequence of stacks": [
    { name: "Sequence", shape: null, feature_space: DICT, stack: true },
    [{ z: [[0, 0]], 1: [] }, [{ z: [0, 0], 1: 0 }], { z: [[1, 1]], 1: [0] }],
  ],
  OneOf: [{ name: "OneOf", shape: null, spaces: [DISCRETE, TEXT] }, [[0, "a"], [1, 0], [2, 0], ["0", 0]]],
  Graph: [
    { name: "Graph", shape: null, node_space: BOX, edge_space: DISCRETE },
    [{}, { nodes: [[1, 1]] }, { nodes: [[0, 0]], edges: [0], edge_links: [[0, 1]] }, { nodes: [], edges: [0] }],
  ],
  "Graph without edges": [
    { name: "Graph", shape: null, node_space: DISCRETE, edge_space: null },
    [{ nodes: [0], edges: [0], edge_links: [[0, 0]] }, { nodes: 0 }],
  ],
};

for (const [title, [description, others]] of Object.entries(SPACES)) {
  test(`a ${title} contains what it samples, and not others`, () => {
    const space = makeSpace(description);
    const rng = seeded();
    for (let i = 0; i < 200; i++) {
      const sample = space.sample(rng);
      assert.equal(space.contains(sample), true, JSON.stringify(sample));
      assert.deepEqual(space.decode(sample), sample);
    }
    for (const other of others) assert.equal(space.contains(other), false, JSON.stringify(other));
  });
}

test("words are numbers in a Box and text in a Text", () => {
  const space = makeSpace({ name: "Tuple", shape: null, spaces: [BOX, TEXT, DICT] });
  const decoded = space.decode([["-Infinity", "NaN"], "NaN", { z: [0, "Infinity"], 1: 0, more: "NaN" }]);
  assert.deepEqual(decoded, [[-Infinity, NaN], "NaN", { z: [0, Infinity], 1: 0, more: "NaN" }]);
});

test("a space that Gymnasium does not define says that the server is to be asked", () => {
  const space = makeSpace({ name: "Mine", shape: [2], dtype: "int8" });
  assert.throws(() => space.sample(), /env\.sample\(\)/);
  assert.throws(() => space.contains(1), /env\.contains\(\)/);
});

test("typed arrays and numbers that are not finite go out as the server reads them", async () => {
  const env = await make("Pendulum-v1", { renderMode: null });
  await env.reset({ seed: 1 });
  assert.equal((await env.step(new Float32Array([0.5]))).length, 5);
  assert.equal(await env.contains([0, 1, Infinity], "observation_space"), false);
  assert.ok(Number.isNaN((await env.step([NaN])).reward), "as in process");
});

test("an environment's spaces are those that its last call left, its forks' and a checkpoint's too", async () => {
  const discrete = (n) => ({ name: "Discrete", shape: [], dtype: "int64", n, start: 0 });
  const step = { observation: 0, reward: 0, terminated: false, truncated: false, info: {} };
  let stored = 2;
  const fetching = async (to) => {
    const path = new URL(to).pathname;
    if (path.endsWith("_space/")) return Response.json(discrete(stored));
    if (path.endsWith("explore/")) return Response.json({ kept: [{ index: 0, instance_id: "d" }] });
    if (path.endsWith("fork/")) return Response.json({ instance_ids: ["b"] });
    if (path.endsWith("restore/")) return Response.json({ revision: 9 });
    if (path.endsWith("reset/")) return Response.json({ observation: 0, info: {} });
    const spaces = { action_space: discrete(++stored) };
    const rolled = { steps: 0, resets: [] };
    return Response.json({ ...(path.endsWith("rollout/") ? rolled : step), spaces });
  };
  const env = await Env.attach("a", { url, fetch: fetching });
  await env.reset();
  assert.equal(env.actionSpace.n, 2);
  await env.step(0);
  assert.deepEqual([env.actionSpace.n, env.observationSpace.n], [3, 2]);
  await env.rollout([]);
  const [fork] = await env.fork();
  assert.deepEqual([env.actionSpace.n, fork.actionSpace.n], [4, 4]);
  stored = 7;
  assert.equal((await fork.restore("c")).revision, 9);
  assert.deepEqual([fork.actionSpace.n, fork.observationSpace.n, env.actionSpace.n], [7, 7, 4]);
  stored = 8;
  const [past] = await env.fork({ revision: 5 });
  const [{ env: future }] = (await env.explore([[0]], { checkpoint: "c", keep: { best: 1 } })).kept;
  assert.deepEqual([past.actionSpace.n, future.actionSpace.n, env.actionSpace.n], [8, 8, 4]);
});

/* Errors */

test("errors are of their own classes and have the server's words", async () => {
  const env = await make("CartPole-v1", { renderMode: null });
  await assert.rejects(env.step(0), (error) => {
    assert.ok(error instanceof gymnasium.ResetNeeded && error instanceof gymnasium.GymHTTPError);
    assert.match(error.message, /Call reset first/);
    assert.deepEqual([error.name, error.status, error.type], ["ResetNeeded", 409, "reset-needed"]);
    return true;
  });
  await env.reset();
  await assert.rejects(env.step(2), (error) => {
    assert.ok(error instanceof gymnasium.InvalidAction && error instanceof gymnasium.InvalidRequest);
    assert.equal(error.detail, error.message);
    assert.equal(error.problem.action, 2);
    return true;
  });
  await assert.rejects(env.reset({ seed: -1 }), gymnasium.InvalidRequest);
  await assert.rejects(env.render(), gymnasium.NotRenderable);
  await assert.rejects(env.restore(env.instanceId), gymnasium.CheckpointNotFound);
  await assert.rejects(make("Nothing-v0"), gymnasium.NotCreatable);
});

test("a closed environment is an instance that is not found", async () => {
  const env = await make("CartPole-v1");
  await env.close();
  await assert.rejects(env.step(0), { name: "InstanceNotFound", message: "Instance not found" });
  await assert.rejects(env.close(), gymnasium.InstanceNotFound);
});

test("a wrong key and a gateway's page are errors as well", async () => {
  const answering = (reply) => ({ url, tries: 1, fetch: async () => reply });
  const refused = problem(401, "unauthorized");
  await assert.rejects(gymnasium.health(answering(refused)), gymnasium.Unauthorized);
  const page = new Response("<h1>Bad</h1>", { status: 503, statusText: "Service Unavailable" });
  await assert.rejects(gymnasium.health(answering(page)), { name: "ServiceUnavailable", message: "Service Unavailable" });
});

test("the API key goes with every call", async () => {
  const { sent, fetch } = spoiled((_, send) => send());
  await gymnasium.instances({ url: `${url}/`, apiKey: "secret", fetch });
  assert.equal(sent[0].headers.Authorization, "Bearer secret");
  assert.equal(sent[0].to, `${url}/v1/envs/?limit=1000`);
});

test("an address may end in slashes and in the API's version", async () => {
  const addresses = ["http://a.example/gym", "http://a.example/gym//", "http://a.example/gym/v1", "http://a.example/gym/v1/"];
  for (const given of addresses) assert.equal(new Connection({ url: given }).url, addresses[0]);
  assert.equal(new Connection({ url: "http://v1" }).url, "http://v1");
});

test("instances are read page after page, from this server alone", async () => {
  const pages = [
    [{ a: "CartPole-v1" }, '<?limit=1000&cursor=x%2Fy>; rel="next"'],
    [{}, '<https://elsewhere.example/?cursor=z>; rel="next"'],
    [{ b: "Pendulum-v1" }, '<?cursor=0>; rel="prev"'],
  ];
  const { sent, fetch } = spoiled((number) => {
    const [body, link] = pages[number];
    return Response.json(body, { headers: { Link: link } });
  });
  assert.deepEqual(await gymnasium.instances({ url, fetch }), { a: "CartPole-v1", b: "Pendulum-v1" });
  const asked = sent.map(({ to }) => to.replace(`${url}/v1/envs/`, ""));
  assert.deepEqual(asked, ["?limit=1000", "?limit=1000&cursor=x%2Fy", "?cursor=z"]);
});

test("no page is read beyond those that are wanted", async () => {
  const { sent, fetch } = spoiled(() => Response.json({ a: "CartPole-v1" }, { headers: { Link: '<?cursor=1>; rel="next"' } }));
  assert.deepEqual(await gymnasium.instances({ url, fetch, most: 1 }), { a: "CartPole-v1" });
  assert.deepEqual(sent.map(({ to }) => to), [`${url}/v1/envs/?limit=1`]);
});

test("a real server's pages join to all that there are", async () => {
  const env = await make("CartPole-v1", { renderMode: null });
  made.push(...(await env.fork(3)));
  const whole = await new Connection({ url }).read("/v1/envs/");
  assert.ok(Object.keys(whole).length >= 4);
  const short = (to, init) => fetch(to.replace("limit=1000", "limit=1"), init);
  assert.deepEqual(await gymnasium.instances({ url, fetch: short }), whole);
});

/* Tries */

test("a step whose reply was lost is applied once", async () => {
  const env = await make("CartPole-v1", { renderMode: null });
  const { sent, fetch } = losingTheFirstReply();
  env.connection.fetch = fetch;
  await env.reset({ seed: 42 });
  assert.equal(sent.length, 2);
  assert.equal(sent[0].headers["Idempotency-Key"], sent[1].headers["Idempotency-Key"]);
  sent.length = 0;
  const { observation } = await env.step(1);
  assert.equal(sent.length, 2);
  assert.deepEqual(observation, AFTER_1);
  assert.equal((await env.record()).steps, 1);
});

test("a creation and a fork whose replies were lost make one instance each", async () => {
  const { sent, fetch } = losingTheFirstReply();
  const before = Object.keys(await gymnasium.instances({ url })).length;
  const env = await make("CartPole-v1", { fetch });
  sent.length = 0;
  const [fork] = await env.fork();
  made.push(fork);
  assert.equal(sent.length, 2);
  assert.equal(Object.keys(await gymnasium.instances({ url })).length, before + 2);
});

test("a deletion whose reply was lost is done", async () => {
  const env = await make("CartPole-v1");
  env.connection.fetch = losingTheFirstReply().fetch;
  await env.close();
});

test("every call has a key of its own", async () => {
  const { sent, fetch } = spoiled((_, send) => send());
  const env = await make("CartPole-v1", { fetch });
  await env.reset();
  await env.step(0);
  await env.step(0);
  const keys = sent.map(({ headers }) => headers["Idempotency-Key"]).filter(Boolean);
  assert.equal(keys.length, 4);
  assert.equal(new Set(keys).size, 4);
});

test("a batch names its first instance, whatever its id", async () => {
  const { sent, fetch } = spoiled((_, send) => send());
  const env = await make("CartPole-v1");
  const connection = new Connection({ url, fetch });
  const first = await connection.change("POST", "/v1/batch/reset/", { calls: [{ instance_id: env.instanceId }] });
  const second = await connection.change("POST", "/v1/batch/reset/", { calls: [{ instance_id: "no id\n" }] });
  assert.deepEqual([first.results[0].status, second.results[0].status], [200, 404]);
  assert.deepEqual(sent.map(({ headers }) => headers["X-Instance"]), [env.instanceId, "no%20id%0A"]);
});

for (const [status, kind] of [[409, "contended"], [429, "throttled"], [503, "store-unavailable"]]) {
  test(`${status} ${kind} is tried again`, async () => {
    const { sent, fetch } = spoiled((number, send) => (number < 2 ? problem(status, kind) : send()));
    assert.equal((await gymnasium.health({ url, fetch })).status, "ok");
    assert.equal(sent.length, 3);
  });
}

for (const [status, kind] of [[409, "reset-needed"], [429, "quota-exceeded"], [503, "misconfigured"], [422, "invalid-action"]]) {
  test(`${status} ${kind} is not tried again`, async () => {
    const { sent, fetch } = spoiled(() => problem(status, kind));
    await assert.rejects(gymnasium.health({ url, fetch }), { type: kind });
    assert.equal(sent.length, 1);
  });
}

test("Retry-After is waited for", async () => {
  const { fetch } = spoiled((number, send) => (number ? send() : problem(409, "contended", { "Retry-After": "1" })));
  const began = performance.now();
  await gymnasium.health({ url, fetch });
  assert.ok(performance.now() - began >= 990);
});

test("after the last try the last failure is the error", async () => {
  const { sent, fetch } = spoiled(() => Promise.reject(new TypeError("fetch failed")));
  await assert.rejects(gymnasium.health({ url, fetch, tries: 3 }), (error) => {
    assert.ok(error instanceof gymnasium.ConnectionFailed);
    assert.equal(error.cause.message, "fetch failed");
    return true;
  });
  assert.equal(sent.length, 3);
});

const never = (_, { signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

test("a try that takes too long ends", async () => {
  // A timer of AbortSignal does not keep Node running.
  const running = setInterval(() => {}, 1000);
  await assert.rejects(gymnasium.health({ url, fetch: never, tries: 2, timeout: 20 }), /did not answer in 20 ms/);
  clearInterval(running);
});

test("the caller's signal ends a call and is not tried against; closing still works", async () => {
  const stop = new AbortController();
  const env = await make("CartPole-v1", { signal: stop.signal });
  stop.abort(new Error("Stopped."));
  await assert.rejects(env.reset(), { message: "Stopped." });
  await env.close();
});

/* Branching, and instances of others */

test("a rollout gives what its steps give, in one call", async () => {
  const env = await make("CartPole-v1");
  await env.reset({ seed: 42 });
  const [twin] = await env.fork();
  made.push(twin);
  const actions = [1, 0, 1];
  const rollout = await env.rollout(actions, { include: ["observations", "rewards", "terminations", "infos", "actions"] });
  const steps = [];
  for (const action of actions) steps.push(await twin.step(action));
  assert.deepEqual(rollout, {
    steps: 3,
    observations: steps.map((step) => step.observation),
    rewards: steps.map((step) => step.reward),
    terminations: steps.map((step) => step.terminated),
    infos: steps.map((step) => step.info),
    actions,
    resets: [],
  });
  assert.deepEqual(await env.step(1), await twin.step(1));
});

test("a rollout of random actions goes on over the ends of episodes, and is applied once", async () => {
  const { fetch, sent } = losingTheFirstReply();
  const env = await make("CartPole-v1", { maxEpisodeSteps: 5, seed: 1 });
  await env.reset();
  env.connection.fetch = fetch;
  const { steps, resets, rewards } = await env.rollout({ policy: "random", steps: 12 }, { onEnd: "reset" });
  assert.equal(sent.length, 2);
  assert.deepEqual([steps, rewards.length, resets.map(({ index }) => index)], [12, 12, [5, 10]]);
  assert.equal((await env.record()).steps, 2);
});

test("futures are what rollouts of forks would be, and the environment stays", async () => {
  const env = await make("CartPole-v1");
  await env.reset({ seed: 42 });
  const before = await env.checkpoint();
  const [twin] = await env.fork();
  made.push(twin);
  const include = ["returns", "steps", "terminations", "observations", "actions", "rewards", "infos"];
  const sequences = [new Int32Array([1, 0, 1]), new Int32Array([0, 0, 1])];
  const futures = await env.explore(sequences, { include, keep: { indices: [1] }, discount: 0.5 });
  const rollout = await twin.rollout([0, 0, 1], { include: ["observations", "rewards"] });
  assert.deepEqual(futures.observations[1], rollout.observations[2]);
  assert.deepEqual(futures.rewards[1], rollout.rewards);
  assert.deepEqual([futures.returns, futures.steps], [[1.75, 1.75], [3, 3]]);
  assert.deepEqual(futures.actions, [[1, 0, 1], [0, 0, 1]]);
  const [{ index, env: kept }] = futures.kept;
  made.push(kept);
  assert.equal(index, 1);
  assert.deepEqual(await kept.step(1), await twin.step(1));
  assert.equal((await env.record()).revision, 1);
  await env.step(1);
  const again = await env.explore([[1, 0, 1]], { include: ["observations"], checkpoint: before });
  assert.deepEqual(again.observations[0], futures.observations[0]);
  const drawn = { policy: "repeat", count: 4, steps: 5, seed: 3, probability: 1 };
  const { actions } = await env.explore(drawn, { include: ["actions"], onEnd: "reset", reseed: 1 });
  assert.deepEqual(actions.map((each) => new Set(each).size), [1, 1, 1, 1]);
  await assert.rejects(env.explore([[1, 0], [1, 7]]), ({ problem }) => problem.sequence === 1 && problem.index === 1);
});

test("a snapshot is a file that an environment goes on from", async () => {
  const env = await make("CartPole-v1", { renderMode: null });
  await env.reset({ seed: 42 });
  const [before, checkpoint] = [await env.snapshot(), await env.checkpoint()];
  await env.step(0);
  const forms = [checkpoint, checkpoint.checkpoint_id, { checkpoint }];
  const files = await Promise.all(forms.map((form) => env.snapshot(form)));
  for (const file of [before, before.slice().buffer, new Blob([before]), ...files]) {
    const moved = await gymnasium.Env.fromSnapshot(file, { url });
    made.push(moved);
    assert.deepEqual((await moved.step(1)).observation, AFTER_1);
  }
  const cut = gymnasium.Env.fromSnapshot(before.slice(0, -1), { url });
  await assert.rejects(cut, (error) => error instanceof gymnasium.InvalidSnapshot && error.problem.reason === "damaged");
});

test("futures and snapshots are had of what was recorded", async () => {
  const env = await make("CartPole-v1", { renderMode: null });
  await env.connection.change("POST", `${env.path}record/`, { on: true });
  await env.reset({ seed: 42 });
  const { revision } = await env.record();
  await env.step(0);
  const futures = await env.explore([[1]], { include: ["observations"], revision });
  assert.deepEqual(futures.observations, [AFTER_1]);
  const moved = await gymnasium.Env.fromSnapshot(await env.snapshot({ revision }), { url });
  made.push(moved);
  assert.deepEqual((await moved.step(1)).observation, AFTER_1);
  await assert.rejects(env.snapshot({ revision: 9 }), ({ problem }) => problem.last === revision + 1);
});

test("a rollout with an action that is no member applies none", async () => {
  const env = await make("CartPole-v1");
  await env.reset();
  await assert.rejects(env.rollout(new Int32Array([1, 0, 7])), (error) => {
    assert.ok(error instanceof gymnasium.InvalidAction);
    assert.equal(error.problem.index, 2);
    return true;
  });
  assert.equal((await env.record()).steps, 0);
});

test("a fork continues exactly, and its origin is not touched", async () => {
  const env = await make("CartPole-v1", { renderMode: null });
  await env.reset({ seed: 42 });
  const forks = await env.fork({ count: 2 });
  made.push(...forks);
  for (const each of [...forks, env]) assert.deepEqual((await each.step(1)).observation, AFTER_1);
});

test("a checkpoint can be gone back to by its id or itself", async () => {
  const env = await make("CartPole-v1", { renderMode: null });
  await env.reset({ seed: 42 });
  const checkpoint = await env.checkpoint("at the start");
  assert.deepEqual(await env.checkpoints(), [checkpoint]);
  for (const given of [checkpoint, checkpoint.checkpoint_id]) {
    assert.deepEqual((await env.step(1)).observation, AFTER_1);
    assert.equal((await env.restore(given)).steps, 0);
  }
});

test("an instance of another client is continued", async () => {
  const env = await make("CartPole-v1", { renderMode: null });
  await env.reset({ seed: 42 });
  const attached = await Env.attach(env.instanceId, { url });
  assert.deepEqual((await attached.step(1)).observation, AFTER_1);
  assert.equal(attached.actionSpace.n, 2);
  await assert.rejects(Env.attach("no-such-id", { url }), gymnasium.InstanceNotFound);
});

test("leaving the page closes the environment, unless it is closed already", async (t) => {
  const page = new EventTarget();
  for (const name of ["addEventListener", "removeEventListener"]) {
    globalThis[name] = page[name].bind(page);
    t.after(() => delete globalThis[name]);
  }
  const env = await make("CartPole-v1", { closeOnPageHide: true });
  const { sent, fetch } = spoiled((_, send) => send());
  env.connection.fetch = fetch;
  page.dispatchEvent(new Event("pagehide"));
  assert.deepEqual([sent[0].method, sent[0].keepalive], ["DELETE", true]);

  const closed = await make("CartPole-v1", { closeOnPageHide: true, fetch });
  await closed.close();
  sent.length = 0;
  page.dispatchEvent(new Event("pagehide"));
  assert.equal(sent.length, 0);
});

test("the catalogue's compact bounds make spaces too", async () => {
  const all = await gymnasium.catalog({ url });
  assert.ok(all.some(({ env_id }) => env_id === "CartPole-v1"));
  const [pendulum] = await gymnasium.catalog({ url, envId: "Pendulum-v1" });
  const space = makeSpace(pendulum.action_space);
  assert.equal(space.contains(space.sample(seeded())), true);
});
