/** The agents that come with the playground; each is a file of its own in examples/. */

/**
 * `speed` and `every` are how it is best watched.
 * @typedef {{file: string, title: string, env: string, speed: string, every: string}} Example
 */

/** @type {Example[]} */
export const EXAMPLES = [
  { file: "cartpole", title: "CartPole: balance by a rule", env: "CartPole-v1", speed: "max", every: "1" },
  { file: "frozenlake", title: "FrozenLake: learn by a table", env: "FrozenLake-v1", speed: "max", every: "1" },
  { file: "mountaincar", title: "MountainCar: climb by energy", env: "MountainCar-v0", speed: "max", every: "1" },
  { file: "random", title: "Act at random", env: "CartPole-v1", speed: "max", every: "1" },
];

/** @param {Example} example @returns {Promise<string>} */
export async function codeOf({ file }) {
  const reply = await fetch(new URL(`examples/${file}.js`, import.meta.url));
  if (!reply.ok) throw new Error(`The example ${file} could not be loaded: ${reply.status}.`);
  return reply.text();
}

/** A random agent for any environment. @param {string} envId @returns {Promise<string>} */
export async function codeFor(envId) {
  const example = EXAMPLES.find(({ env }) => env === envId);
  if (example) return codeOf(example);
  const code = await codeOf(/** @type {Example} */ (EXAMPLES.at(-1)));
  return code.replace('"CartPole-v1"', JSON.stringify(envId));
}

/** An agent that goes on with an instance that exists. @param {string} instanceId @returns {string} */
export const codeToContinue = (instanceId) => `// Continues the environment that this page was opened with; it is not closed at the end.
const env = await Env.attach(${JSON.stringify(instanceId)});
const { ended, episode } = await env.record();
if (ended || episode === 0) await env.reset();

for (let i = 0; i < 500; i++) {
  const { terminated, truncated } = await env.step(env.actionSpace.sample());
  if (terminated || truncated) await env.reset();
}
`;
