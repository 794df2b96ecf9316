// node agent.mjs [http://127.0.0.1:5000]
const url = process.argv[2] ?? "http://127.0.0.1:5000";

async function call(method, path, body) {
  const reply = await fetch(`${url}/v1/envs/${path}`, { method, body: body && JSON.stringify(body) });
  const content = await reply.json();
  if (!reply.ok) throw new Error(content.detail);
  return content;
}

async function play(id, policy) {
  let { observation } = await call("POST", `${id}/reset/`, { seed: 42 });
  for (let steps = 1; ; steps++) {
    const step = await call("POST", `${id}/step/`, { action: policy(observation) });
    if (step.terminated || step.truncated) return steps;
    observation = step.observation;
  }
}

const random = () => Math.floor(Math.random() * 2);
const heuristic = ([, , angle, angularVelocity]) => (angle + angularVelocity > 0 ? 1 : 0);

const { instance_id: id } = await call("POST", "", { env_id: "CartPole-v1" });
try {
  console.log(`random: ${await play(id, random)} steps`);
  console.log(`heuristic: ${await play(id, heuristic)} steps`);
} finally {
  await call("DELETE", `${id}/`);
}
