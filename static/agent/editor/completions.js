/** The editor's completions for the playground's names. */

/** @typedef {{label: string, type: string, detail?: string, info?: string}} Completion */

/** @param {string} label @param {string} detail @param {string} info @returns {Completion} */
const method = (label, detail, info) => ({ label, type: "method", detail, info });

const OF_ENV_CLASS = [
  method("make", "(envId, options?)", "Make an environment, as gymnasium.make does."),
  method("attach", "(instanceId)", "Continue the environment that the page was opened with."),
];
const OF_ENV = [
  method("reset", "({ seed, options }?)", "Begin an episode: [observation, info], also by name."),
  method("step", "(action)", "[observation, reward, terminated, truncated, info], also by name."),
  method("rollout", "(…)", "Many steps in one call."),
  method("render", "()", "The picture, for draw()."),
  method("close", "()", "Delete the environment. The page also does so at the end of a run."),
  method("explore", "(sequences, …)", "Many futures of the current state, in one call."),
  method("fork", "({ count, reseed, revision }?)", "Copies that continue from the current state, or a recorded one."),
  method("checkpoint", "(name?)", "Save the current state."),
  method("restore", "(checkpoint)", "Restore a checkpoint, or go back to { revision }."),
  method("recording", "(on?)", "Record every call from now on."),
  method("history", "({ after }?)", "The recorded calls, for await."),
  method("at", "(revision)", "What a recorded call returned."),
  method("episodes", "()", "The recorded episodes, for await."),
  method("episode", "(number, …)", "All transitions of a recorded episode."),
  method("verify", "()", "Make all recorded calls again and compare."),
  method("record", "()", "Steps, return and more, from the service."),
  { label: "actionSpace", type: "property" },
  { label: "observationSpace", type: "property" },
];
const OF_SPACE = [
  method("sample", "()", "A random member."),
  method("contains", "(value)", "Whether the value is a member."),
  ...["name", "shape", "dtype", "low", "high", "n", "start"].map((label) => ({ label, type: "property" })),
];
const GLOBAL = [
  { label: "Env", type: "class", info: "Environments: Env.make, Env.attach." },
  { label: "draw", type: "function", detail: "(picture)", info: "Show a result of env.render()." },
];

/** @param {string} before @returns {Completion[]} */
function membersAfter(before) {
  if (before === "Env") return OF_ENV_CLASS;
  if (/space$/i.test(before)) return OF_SPACE;
  return /env|fork/i.test(before) ? OF_ENV : [];
}

/**
 * A completion source for CodeMirror.
 * @param {{matchBefore: (pattern: RegExp) => {from: number, text: string} | null, explicit: boolean}} context
 */
export function completions(context) {
  const member = context.matchBefore(/[\w$]+\.[\w$]*/);
  if (member) {
    const [before] = member.text.split(".");
    return { from: member.from + before.length + 1, options: membersAfter(before), validFor: /^[\w$]*$/ };
  }
  const word = context.matchBefore(/[\w$]+/);
  return word || context.explicit ? { from: word?.from ?? 0, options: word ? GLOBAL : [], validFor: /^[\w$]*$/ } : null;
}
