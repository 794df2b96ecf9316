/** A TypeScript program against the client's declarations: it compiles, and is not run. */

import { Env, EnvironmentRaised, InvalidAction, catalog, health, instances, makeSpace } from "./gymnasium.js";

const env: Env = await Env.make("CartPole-v1", { url: "http://127.0.0.1:5000", apiKey: "secret", seed: 1 });
const [observation, info] = await env.reset({ seed: 42, options: { low: -0.1 } });
const step = await env.step(env.actionSpace.sample());
const reward: number = step.reward;
const ended: boolean = step.terminated || step[3];
const picture: string | null = (await env.render()).url;

const vector = await Env.make("CartPole-v1", { numEnvs: 2, autoreset: "SameStep" });
const rewards: number[] = (await vector.step([0, 1])).reward;

const [fork]: Env[] = await env.fork({ count: 1, reseed: 7 });
const checkpoint = await env.checkpoint("here");
const steps: number = (await env.restore(checkpoint)).steps;
await env.recording();
for await (const { action, reward: earlier } of env.history({ after: "5.2" })) console.log(action, earlier?.toFixed(1));
const past = await env.at(2);
const then: number = past.reward ?? (await (await env.fork({ revision: 2 }))[0].restore({ revision: "5.0" })).steps;
const verified: number = await env.verify();
for await (const { number, return: whole } of env.episodes()) {
  const { observations, rewards: earned }: { observations: any[]; rewards: number[] } = await env.episode(number, { infos: true });
  const film: Blob = await env.video(number, { fps: 30, format: "webp" });
  console.log(whole.toFixed(1), observations, earned, film.size);
}
const each: number[] | null = (await vector.at("2.1")).reward;
await (await Env.attach(fork.instanceId)).close();

const modes = (await catalog({ envId: "CartPole-v1" })).map((entry) => makeSpace(entry.action_space).contains(0));
const version: string = (await health()).version;
const known: Record<string, string> = await instances();

try {
  await env.step("left");
} catch (error) {
  if (error instanceof InvalidAction) console.log(error.detail, error.status);
  if (error instanceof EnvironmentRaised) console.log(error.problem.exception);
}
console.log(observation, info, reward, ended, picture, rewards, steps, modes, version, known, then, verified, each);
