// Learns to cross the frozen lake: a table of what each action is worth in each state (Q-learning).
const env = await Env.make("FrozenLake-v1", { kwargs: { is_slippery: false } });
const { n: states } = env.observationSpace;
const { n: actions } = env.actionSpace;

// Hope drives it to try everything once: what it has not tried looks worth as much as the goal.
const worth = Array.from({ length: states }, () => Array(actions).fill(1));
const learningRate = 0.8;
const discount = 0.95;

const best = (row) => {
  const top = Math.max(...row);
  const ties = row.flatMap((value, action) => (value === top ? [action] : []));
  return ties[Math.floor(Math.random() * ties.length)];
};

let crossed = 0;
for (let episode = 1; episode <= 400 && crossed < 20; episode++) {
  let [state] = await env.reset();
  for (let done = false; !done; ) {
    const action = best(worth[state]);
    const { observation, reward, terminated, truncated } = await env.step(action);
    const after = terminated ? 0 : discount * Math.max(...worth[observation]);
    worth[state][action] += learningRate * (reward + after - worth[state][action]);
    state = observation;
    done = terminated || truncated;
    if (done) crossed = reward ? crossed + 1 : 0;
  }
  if (episode % 10 === 0 || crossed === 20) console.log(`Episode ${episode}: ${crossed} crossings in a row`);
}
console.log(crossed === 20 ? "It knows the way." : "It has not found a sure way.");
await env.close();
