// Balances to 500 without learning: push to where the pole is going to lean, and lean towards the middle.
const env = await Env.make("CartPole-v1");

for (let episode = 1; episode <= 2; episode++) {
  let [[position, velocity, angle, spin]] = await env.reset();
  let total = 0;
  for (let done = false; !done; ) {
    const lean = angle + 0.5 * spin + 0.05 * position + 0.1 * velocity;
    const step = await env.step(lean > 0 ? 1 : 0);
    [position, velocity, angle, spin] = step.observation;
    total += step.reward;
    done = step.terminated || step.truncated;
  }
  console.log(`Episode ${episode}: return ${total}`);
}
await env.close();
