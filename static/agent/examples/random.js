// Acts at random: the start of any agent.
const env = await Env.make("CartPole-v1");

for (let episode = 1; episode <= 20; episode++) {
  await env.reset();
  let total = 0;
  for (let done = false; !done; ) {
    const step = await env.step(env.actionSpace.sample());
    total += step.reward;
    done = step.terminated || step.truncated;
  }
  console.log(`Episode ${episode}: return ${total}`);
}
await env.close();
