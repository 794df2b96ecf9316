// Climbs the hill with a motor too weak for it: push the way the car rolls, and every swing gains energy.
const env = await Env.make("MountainCar-v0");

for (let episode = 1; episode <= 3; episode++) {
  let [[, velocity]] = await env.reset();
  let steps = 0;
  let step;
  do {
    step = await env.step(velocity < 0 ? 0 : 2);
    [, velocity] = step.observation;
    steps++;
  } while (!step.terminated && !step.truncated);
  console.log(step.terminated ? `Episode ${episode}: at the flag after ${steps} steps` : `Episode ${episode}: not there`);
}
await env.close();
