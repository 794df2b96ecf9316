// Evolves a small neural network that drives up the hill. Each call of rollout() holds one action for ten steps.
const HIDDEN = 4;
const HOLD = 10;
const POPULATION = 12;
const WEIGHTS = HIDDEN * 3 + HIDDEN + 1;

const env = await Env.make("MountainCarContinuous-v0", { maxEpisodeSteps: 300 });
const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

// Two numbers in, one out: position and velocity to the force of the motor.
function force(weights, [position, velocity]) {
  let out = weights[WEIGHTS - 1];
  for (let i = 0; i < HIDDEN; i++) {
    const [bias, wPosition, wVelocity, wOut] = weights.slice(i * 4, i * 4 + 4);
    out += wOut * Math.tanh(bias + wPosition * (position + 0.5) + wVelocity * velocity * 20);
  }
  return Math.tanh(out);
}

// How well a network drives: the return, and how fast it got on the way there.
async function judge(weights, seed) {
  let [observation] = await env.reset({ seed });
  let [total, fastest] = [0, 0];
  for (let done = false; !done; ) {
    const action = [force(weights, observation)];
    const held = await env.rollout(Array(HOLD).fill(action));
    observation = held.observations.at(-1);
    for (const reward of held.rewards) total += reward;
    for (const [, velocity] of held.observations) fastest = Math.max(fastest, Math.abs(velocity));
    done = held.terminations.at(-1) || held.truncations.at(-1);
  }
  return { total, fitness: total + 500 * fastest };
}

let mean = Array.from({ length: WEIGHTS }, () => 0);
let spread = 1.5;
for (let generation = 1; generation <= 20; generation++) {
  const judged = [];
  for (let i = 0; i < POPULATION; i++) {
    const weights = mean.map((weight) => weight + spread * normal());
    judged.push({ weights, ...(await judge(weights, generation)) });
  }
  judged.sort((a, b) => b.fitness - a.fitness);
  const elite = judged.slice(0, 3);
  mean = mean.map((_, i) => elite.reduce((sum, { weights }) => sum + weights[i], 0) / elite.length);
  spread *= 0.8;
  console.log(`Generation ${generation}: best return ${judged[0].total.toFixed(1)}`);
  const { total } = await judge(mean, 1000 + generation);
  if (total > 90) {
    console.log(`The evolved driver returns ${total.toFixed(1)} on a start that it has not seen.`);
    break;
  }
}
await env.close();
