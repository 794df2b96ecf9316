// An episode by the types that openapi-typescript generates; it compiles only if the document has them right.
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const client = createClient<paths>({ baseUrl: process.argv[2]! });
const { data: created } = await client.POST("/v1/envs/", { body: { env_id: "CartPole-v1" } });
const path = { instance_id: created!.instance_id };
const began = await client.POST("/v1/envs/{instance_id}/reset/", { params: { path }, body: { seed: 42 } });
console.log(began.data!.observation);
const step = await client.POST("/v1/envs/{instance_id}/step/", { params: { path }, body: { action: 1 } });
const ended: boolean | boolean[] = step.data!.terminated;
console.log(step.data!.reward, ended);
const wrong = await client.POST("/v1/envs/{instance_id}/step/", { params: { path }, body: { action: 9 } });
const detail: string | undefined = wrong.error!.detail;
console.log(detail);
const closed = await client.DELETE("/v1/envs/{instance_id}/", { params: { path } });
const message: string = closed.data!.message;
console.log(message);
