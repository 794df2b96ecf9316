// npm install && npx tsc && node agent.js [http://127.0.0.1:5000]
type Observation = [position: number, velocity: number, angle: number, angularVelocity: number];
type Policy = (observation: Observation) => 0 | 1;

interface Step {
  observation: Observation;
  reward: number;
  terminated: boolean;
  truncated: boolean;
  info: Record<string, unknown>;
}

const url = process.argv[2] ?? "http://127.0.0.1:5000";

async function call<Reply>(method: string, path: string, body?: object): Promise<Reply> {
  const reply = await fetch(`${url}/v1/envs/${path}`, { method, body: body && JSON.stringify(body) });
  const content = (await reply.json()) as Reply & { detail?: string };
  if (!reply.ok) throw new Error(content.detail);
  return content;
}

async function play(id: string, policy: Policy): Promise<number> {
  let { observation } = await call<Pick<Step, "observation" | "info">>("POST", `${id}/reset/`, { seed: 42 });
  for (let steps = 1; ; steps++) {
    const step = await call<Step>("POST", `${id}/step/`, { action: policy(observation) });
    if (step.terminated || step.truncated) return steps;
    observation = step.observation;
  }
}

const random: Policy = () => (Math.random() < 0.5 ? 0 : 1);
const heuristic: Policy = ([, , angle, angularVelocity]) => (angle + angularVelocity > 0 ? 1 : 0);

const { instance_id: id } = await call<{ instance_id: string }>("POST", "", { env_id: "CartPole-v1" });
try {
  console.log(`random: ${await play(id, random)} steps`);
  console.log(`heuristic: ${await play(id, heuristic)} steps`);
} finally {
  await call("DELETE", `${id}/`);
}
