/** The example agents, each a file in examples/. */

/**
 * `speed` and `every` are the settings to watch it with.
 * @typedef {{file: string, title: string, env: string, speed: string, every: string}} Example
 */

/** @type {Example[]} */
export const EXAMPLES = [
  { file: "cartpole", title: "CartPole: balance by a rule", env: "CartPole-v1", speed: "max", every: "1" },
  { file: "frozenlake", title: "FrozenLake: learn by a table", env: "FrozenLake-v1", speed: "max", every: "1" },
  { file: "mountaincar", title: "MountainCar: climb by energy", env: "MountainCar-v0", speed: "max", every: "1" },
  { file: "evolution", title: "MountainCar: evolve a network", env: "MountainCarContinuous-v0", speed: "max", every: "50" },
  { file: "random", title: "Act at random", env: "CartPole-v1", speed: "max", every: "1" },
];

/** @type {Map<string, string>} */
const codes = new Map();

/** Load all of them, so that choosing one is immediate. */
export async function loadExamples() {
  await Promise.all(
    EXAMPLES.map(async ({ file }) => {
      const reply = await fetch(new URL(`../examples/${file}.js`, import.meta.url));
      if (!reply.ok) throw new Error(`The example ${file} could not be loaded: ${reply.status}.`);
      codes.set(file, await reply.text());
    }),
  );
}

/** @param {{file: string}} example @returns {string} */
export const codeOf = ({ file }) => codes.get(file) ?? "";

/** A random agent for any environment. @param {string} envId @returns {string} */
export const codeFor = (envId) => (codes.get("random") ?? "").replace('"CartPole-v1"', JSON.stringify(envId));

/** The code of the example that an agent began as; undefined if it began as none.
 * @param {{example?: string, env?: string}} agent
 * @returns {string | undefined} */
export function originalOf({ example, env }) {
  if (!EXAMPLES.some(({ file }) => file === example)) return undefined;
  return example === "random" && env ? codeFor(env) : codes.get(example ?? "");
}

/** An agent that continues an existing instance. @param {string} instanceId @returns {string} */
export const codeToContinue = (instanceId) => `// Continues the environment that this page was opened with; it is not closed at the end.
const env = await Env.attach(${JSON.stringify(instanceId)});
const { ended, episode } = await env.record();
if (ended || episode === 0) await env.reset();

for (let i = 0; i < 200; i++) {
  const { terminated, truncated } = await env.step(env.actionSpace.sample());
  if (terminated || truncated) await env.reset();
}
`;
