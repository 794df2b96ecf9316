/** Recorded episodes by the JavaScript client, on the server at GYM_HTTP_URL. */

import assert from "node:assert/strict";
import { after, test } from "node:test";

import * as gymnasium from "../../static/gymnasium.js";

const { Env } = gymnasium;
const url = process.env.GYM_HTTP_URL;

const made = [];
async function make(options) {
  const env = await Env.make("CartPole-v1", { url, renderMode: null, record: true, ...options });
  made.push(env);
  return env;
}
after(() => Promise.allSettled(made.map((env) => env.close())));

async function all(items) {
  const found = [];
  for await (const each of items) found.push(each);
  return found;
}

test("episodes are listed, and each is had whole or in part", async () => {
  const env = await make();
  const seen = [(await env.reset({ seed: 42 })).observation];
  let step;
  do seen.push((step = await env.step(1)).observation);
  while (!step.terminated);
  await env.reset();
  await env.rollout([0, 1]);
  const [first, second, ...more] = await all(env.episodes());
  assert.deepEqual([first.number, first.seed, first.steps, first.return, first.end], [1, 42, seen.length - 1, seen.length - 1, "terminated"]);
  assert.deepEqual([second.number, second.steps, second.end, more], [2, 2, null, []]);
  assert.deepEqual(await all(env.episodes({ after: 1 })), [second]);
  const whole = await env.episode(1, { infos: true });
  assert.deepEqual([whole.episode, whole.observations], [first, seen]);
  assert.deepEqual([new Set(whole.actions), new Set(whole.rewards), whole.infos.length], [new Set([1]), new Set([1]), seen.length]);
  assert.deepEqual(whole.terminations, seen.slice(1).map((_, i) => i === seen.length - 2));
  const { observations, actions, infos } = await env.episode(1, { from: 2, to: 4 });
  assert.deepEqual([observations, actions, infos], [seen.slice(2, 5), [1, 1], undefined]);
  await assert.rejects(env.episode(9), gymnasium.EpisodeNotFound);
});

test("a vector's episodes are those of one of its environments", async () => {
  const env = await make({ numEnvs: 2 });
  const { observation } = await env.reset({ seed: 1 });
  await env.rollout(Array(30).fill([1, 0]));
  for (const [which, action] of [[0, 1], [1, 0]]) {
    const [first] = await all(env.episodes({ env: which }));
    const { observations, actions } = await env.episode(1, { env: which });
    assert.deepEqual([observations[0], actions], [observation[which], Array(first.steps).fill(action)]);
  }
});

test("recordings are listed by the names that people gave them, closed ones too", async () => {
  const [named, renamed] = [await make({ name: "lost at the door" }), await make()];
  await renamed.recording(true, { name: "found" });
  for (const env of [named, renamed]) await env.reset();
  await named.close();
  const listed = await all(gymnasium.recordings({ url }));
  const told = ({ instanceId }) => listed.filter((each) => each.instance_id === instanceId).map(({ name, closed }) => [name, closed]);
  assert.deepEqual([told(named), told(renamed)], [[["lost at the door", true]], [["found", false]]]);
});

test("the environments of a family are told, and a place is drawn that nobody drew", async () => {
  const env = await make();
  await env.reset({ seed: 42 });
  await env.rollout(Array(8).fill(1));
  const [fork] = await env.fork({ revision: "2.0" });
  made.push(fork);
  const [{ descendants }, { ancestors }] = [await env.lineage(), await fork.lineage()];
  assert.deepEqual([descendants[0].instance_id, ancestors[0].instance_id], [fork.instanceId, env.instanceId]);
  const [before, after] = [await env.frame("2.0"), await env.frame(2)];
  assert.deepEqual([before.frames.length, before.contentType, before.url === after.url], [1, "image/png", false]);
  const film = await env.video(1, { format: "webp", width: 100 });
  assert.deepEqual([film.type, (await film.text()).slice(8, 12)], ["image/webp", "WEBP"]);
});

test("a film is a Blob of the kind that came, and may take its time", async () => {
  const asked = [];
  const fetch = async (to, { signal }) => {
    const { pathname, search } = new URL(to);
    if (pathname.endsWith("_space/")) return Response.json({ name: "Discrete", shape: [], dtype: "int64", n: 2, start: 0 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    signal.throwIfAborted();
    asked.push(pathname.split("/episodes")[1] + search);
    const type = search.includes("webp") ? "image/webp" : "video/mp4";
    return new Response(new Uint8Array([1, 2, 3]), { headers: { "Content-Type": type } });
  };
  const env = await Env.attach("a", { url, fetch });
  env.connection.timeout = 1;
  const films = [await env.video(3), await env.video(3, { fps: 10, width: 200, format: "webp" })];
  assert.deepEqual(films.map(({ type, size }) => [type, size]), [["video/mp4", 3], ["image/webp", 3]]);
  assert.deepEqual(asked, ["/3/video/", "/3/video/?fps=10&width=200&format=webp"]);
});
