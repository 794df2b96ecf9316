/**
 * Gymnasium over HTTP for browsers and Node 18.17+: environments with Gymnasium's methods, which call a server.
 *
 *     import { Env } from "./gymnasium.js";
 *
 *     const env = await Env.make("CartPole-v1", { url: "http://127.0.0.1:5000" });
 *     let [observation, info] = await env.reset({ seed: 42 });
 *     let done = false;
 *     while (!done) {
 *       const action = env.actionSpace.sample();
 *       const step = await env.step(action); // also: [observation, reward, terminated, truncated, info]
 *       done = step.terminated || step.truncated;
 *     }
 *     await env.close();
 *
 * `reset` and `step` return arrays in Gymnasium's order, with the same values as named properties; both survive
 * `postMessage`. In spaces, observations and rewards, "Infinity" and "NaN" become numbers. `info` is not changed.
 * Records of the service have the keys that /docs shows.
 *
 * Every call can throw a `GymHTTPError`: gymnasium/errors.js has the kinds, and gymnasium/connection.js says what is
 * retried. Await each call before the next.
 */

import { Connection } from "./gymnasium/connection.js";
import { Rendering } from "./gymnasium/rendering.js";
import { decodeNumbers } from "./gymnasium/arrays.js";
import { makeSpace } from "./gymnasium/spaces.js";
import { stateOf } from "./gymnasium/state.js";

export * from "./gymnasium/errors.js";
export * from "./gymnasium/service.js";
export * from "./gymnasium/spaces.js";
export { Rendering };

/** @typedef {import("./gymnasium/connection.js").ConnectionOptions} ConnectionOptions */
/** @typedef {import("./gymnasium/state.js").Place} Place */
/** @typedef {import("./gymnasium/state.js").State} State */

/**
 * Arguments of `gymnasium.make`, and how to reach the server.
 * @typedef {object} EnvOptions
 * @property {string | null} [renderMode] - "rgb_array" by default, for `render`; null for none.
 * @property {Record<string, unknown>} [kwargs] - For the environment's constructor.
 * @property {number} [maxEpisodeSteps] - -1 for no limit.
 * @property {{name: string, kwargs?: Record<string, unknown>}[]} [wrappers] - Of `gymnasium.wrappers`, innermost first.
 * @property {number} [numEnvs] - Makes a vector environment, whose actions, observations, rewards and flags are lists.
 * @property {number} [seed] - Seeds the spaces, and the first reset if that has no seed.
 * @property {"NextStep" | "SameStep" | "Disabled"} [autoreset] - As `gymnasium.vector.AutoresetMode` defines them.
 * @property {boolean} [record] - Record every call; see `recording`.
 * @property {string} [name] - What people call the recording.
 * @property {boolean} [closeOnPageHide] - Close when the visitor leaves the page.
 */

/** @typedef {Record<string, any>} Info */
/** @typedef {[observation: any, info: Info] & {observation: any, info: Info}} ResetResult */
/**
 * The flags and the reward are lists for a vector environment.
 * @template [Reward=number]
 * @template [Flag=boolean]
 * @typedef {[observation: any, reward: Reward, terminated: Flag, truncated: Flag, info: Info]
 *   & {observation: any, reward: Reward, terminated: Flag, truncated: Flag, info: Info}} StepResult
 */
/** What a rollout can return for each step.
 * @typedef {"observations" | "rewards" | "terminations" | "truncations" | "infos" | "actions"} Series */
/**
 * What was included of each step, and the resets in between, each after `index` steps.
 * @template [Reward=number]
 * @template [Flag=boolean]
 * @typedef {{steps: number, observations?: any[], rewards?: Reward[], terminations?: Flag[], truncations?: Flag[],
 *   infos?: Info[], actions?: any[], resets: {index: number, observation: any, info: Info}[]}} RolloutResult
 */
/** A saved state. @typedef {{checkpoint_id: string, name: string, created: string, revision: number,
 *   episode: number, steps: number, episode_return: any}} Checkpoint */
/** An instance's record: steps, episode, return, times, revision and more.
 * @typedef {{instance_id: string, env_id: string, render_mode: string | null, episode: number, steps: number,
 *   episode_return: any, ended: boolean, revision: number, [more: string]: any}} InstanceRecord */

/**
 * One environment on the server. It is kept until `close`, or until nothing was written to it for a week.
 * @template [Reward=number]
 * @template [Flag=boolean]
 */
export class Env {
  /** Use `make` or `attach`.
   * @param {Connection} connection
   * @param {string} instanceId
   * @param {{action: any, observation: any}} spaces */
  constructor(connection, instanceId, spaces) {
    this.connection = connection;
    /** Its id, for `attach` in any process. */
    this.instanceId = instanceId;
    this.path = pathOf(instanceId);
    /** @type {any} One of the spaces of gymnasium/spaces.js. */
    this.actionSpace = spaces.action;
    /** @type {any} */
    this.observationSpace = spaces.observation;
  }

  /**
   * Make an environment, as `gymnasium.make` does. Reset it before its first step.
   * @overload
   * @param {string} envId
   * @param {EnvOptions & ConnectionOptions & {numEnvs: number}} options
   * @returns {Promise<Env<number[], boolean[]>>}
   */
  /**
   * @overload
   * @param {string} envId
   * @param {(EnvOptions & ConnectionOptions) | string | null} [options] - Or only the render mode.
   * @returns {Promise<Env>}
   */
  /** @param {string} envId @param {any} [options] @returns {Promise<Env<any, any>>} */
  static async make(envId, options) {
    /** @type {EnvOptions & ConnectionOptions} */
    const given = typeof options === "object" && options !== null ? options : { renderMode: options };
    const connection = new Connection(given);
    const { instance_id } = await connection.change("POST", "/v1/envs/", {
      env_id: envId,
      render_mode: given.renderMode === undefined ? "rgb_array" : given.renderMode,
      kwargs: given.kwargs,
      max_episode_steps: given.maxEpisodeSteps,
      wrappers: given.wrappers,
      num_envs: given.numEnvs,
      seed: given.seed,
      autoreset: given.autoreset,
      record: given.record,
      name: given.name,
    });
    return Env.#at(connection, instance_id, given);
  }

  /**
   * Continue an existing instance, whichever client made it.
   * @param {string} instanceId
   * @param {ConnectionOptions & {closeOnPageHide?: boolean}} [options]
   * @returns {Promise<Env<any, any>>}
   * @throws {import("./gymnasium/errors.js").InstanceNotFound}
   */
  static attach(instanceId, options = {}) {
    return Env.#at(new Connection(options), instanceId, options);
  }

  /**
   * Make an environment that continues as the one would have whose `snapshot` the file is, also on another server.
   * @param {Uint8Array | ArrayBuffer | Blob} file
   * @param {ConnectionOptions & {closeOnPageHide?: boolean}} [options]
   * @returns {Promise<Env<any, any>>}
   * @throws {import("./gymnasium/errors.js").InvalidSnapshot} `problem.reason` says why.
   */
  static async fromSnapshot(file, options = {}) {
    const connection = new Connection(options);
    const bytes = new Uint8Array(await new Blob([/** @type {BlobPart} */ (file)]).arrayBuffer());
    const { instance_id } = await connection.change("POST", "/v1/envs/", bytes);
    return Env.#at(connection, instance_id, options);
  }

  /** @param {Connection} connection @param {string} instanceId @param {{closeOnPageHide?: boolean}} options */
  static async #at(connection, instanceId, { closeOnPageHide }) {
    const path = pathOf(instanceId);
    const [action, observation] = await spacesOf(connection, path);
    const env = new Env(connection, instanceId, { action: makeSpace(action), observation: makeSpace(observation) });
    if (closeOnPageHide) env.closeOnPageHide();
    return env;
  }

  /**
   * Begin an episode. Without a seed, the environment's generator continues.
   * @param {{seed?: number, options?: Record<string, unknown>}} [body] - `options` as the environment documents them.
   * @returns {Promise<ResetResult>}
   */
  async reset({ seed, options } = {}) {
    const { observation, info } = this.#follow(await this.#change("reset/", { seed, options }));
    return named({ observation: this.observationSpace.decode(observation), info });
  }

  /**
   * Apply one action, a member of `actionSpace`. A call that is retried is applied once.
   * @param {any} action
   * @returns {Promise<StepResult<Reward, Flag>>}
   * @throws {import("./gymnasium/errors.js").InvalidAction} It is not a member. The environment is unchanged.
   * @throws {import("./gymnasium/errors.js").ResetNeeded}
   * @throws {import("./gymnasium/errors.js").EnvironmentRaised} The environment raised an exception.
   */
  async step(action) {
    const reply = this.#follow(await this.#change("step/", { action }));
    const { observation, reward, terminated, truncated, info } = reply;
    const decoded = this.observationSpace.decode(observation);
    return named({ observation: decoded, reward: decodeNumbers(reward), terminated, truncated, info });
  }

  /**
   * Apply many actions in one call, all of them or none.
   * @param {ArrayLike<any> | {policy: "random" | "repeat", steps: number, probability?: number}} actions
   *   - The actions, or a number of random ones.
   * @param {{include?: Series[], onEnd?: "stop" | "reset" | "continue"}} [options] - What to return for each
   *   step, by default all but infos and actions; and what to do at the end of an episode, by default stop.
   * @returns {Promise<RolloutResult<Reward, Flag>>}
   * @throws {import("./gymnasium/errors.js").InvalidAction} One is not a member; `problem.index` says which.
   * @throws {import("./gymnasium/errors.js").EnvironmentRaised} The environment is as before the first step.
   */
  async rollout(actions, { include, onEnd } = {}) {
    const chosen = "policy" in actions ? actions : { actions };
    const reply = this.#follow(await this.#change("rollout/", { ...chosen, include, on_end: onEnd }));
    const decode = (/** @type {any} */ observation) => this.observationSpace.decode(observation);
    return {
      ...reply,
      ...(reply.observations && { observations: reply.observations.map(decode) }),
      ...(reply.rewards && { rewards: decodeNumbers(reply.rewards) }),
      resets: reply.resets.map((/** @type {any} */ each) => ({ ...each, observation: decode(each.observation) })),
    };
  }

  /**
   * Apply many sequences of actions, each from the same state.
   * @param {import("./gymnasium/explore.js").Sequences} sequences
   * @param {import("./gymnasium/explore.js").ExploreOptions} [options]
   */
  async explore(sequences, options) {
    return (await import("./gymnasium/explore.js")).explore(this, sequences, options);
  }

  /**
   * Call `render`.
   * @returns {Promise<Rendering>}
   * @throws {import("./gymnasium/errors.js").NotRenderable} It was made without a render mode, or with "human".
   */
  async render() {
    return new Rendering(await this.connection.change("POST", `${this.path}render/`));
  }

  /** The address of a stream of JPEG pictures, for the `src` of an `<img>` if the service requires no API key. */
  get streamUrl() {
    return this.#monitor("stream");
  }

  /**
   * The same with a ticket, if there is an API key. Open it within ten minutes.
   * @returns {Promise<string>}
   */
  ticketedStreamUrl() {
    return this.#ticketed("stream");
  }

  /**
   * The address of the picture, drawn without changing anything, with a ticket if there is an API key. It is valid for ten minutes.
   * @returns {Promise<string>}
   */
  ticketedRenderUrl() {
    return this.#ticketed("render");
  }

  /** @param {string} what */
  #monitor(what) {
    return `${this.connection.url}${this.path}monitor/${what}/`;
  }

  /** @param {string} what */
  async #ticketed(what) {
    if (!this.connection.headers.Authorization) return this.#monitor(what);
    const { ticket } = await this.connection.read(`${this.path}monitor/ticket/`, {});
    return `${this.#monitor(what)}?ticket=${encodeURIComponent(ticket)}`;
  }

  /** Delete the environment on the server. @returns {Promise<void>} */
  async close() {
    this.#forgetPageHide();
    await this.connection.change("DELETE", this.path);
  }

  /** Close the environment when the visitor leaves the page or closes its tab. */
  closeOnPageHide() {
    this.#forgetPageHide();
    this.#onPageHide = () => this.connection.deleteInPassing(this.path);
    globalThis.addEventListener("pagehide", this.#onPageHide, { once: true });
  }

  /**
   * Create copies that continue from the current state exactly as this one would, or with generators of their own.
   * @param {{count?: number, reseed?: number, revision?: Place}} [options] - `reseed` seeds each differently; they continue
   *   from the recorded `revision` instead.
   * @returns {Promise<Env<Reward, Flag>[]>} `count` copies, by default 1.
   */
  async fork({ count = 1, reseed, revision } = {}) {
    const { instance_ids } = await this.#change("fork/", { count, reseed, revision });
    const twin = (/** @type {string} */ id) => (revision === undefined ? this.#twin(id) : this.twinElsewhere(id));
    return Promise.all(instance_ids.map(twin));
  }

  /** Another instance like this one, in a state that may have other spaces.
   * @param {string} instanceId @returns {Promise<Env<any, any>>} */
  async twinElsewhere(instanceId) {
    const twin = this.#twin(instanceId);
    await twin.#wentBack();
    return twin;
  }

  /** Another instance in the same state. @param {string} instanceId @returns {Env<any, any>} */
  #twin(instanceId) {
    const twin = new Env(this.connection, instanceId, { action: this.actionSpace, observation: this.observationSpace });
    twin.#changing = this.#changing;
    return twin;
  }

  /**
   * Save the current state.
   * @param {string} [name] - For people to read.
   * @returns {Promise<Checkpoint>}
   */
  checkpoint(name) {
    return this.#change("checkpoints/", { name });
  }

  /** All checkpoints, oldest first. @returns {Promise<Checkpoint[]>} */
  async checkpoints() {
    return (await this.connection.read(`${this.path}checkpoints/`)).checkpoints;
  }

  /**
   * Restore a checkpoint, which stays, or go back to a recorded revision.
   * @param {State} state
   * @returns {Promise<InstanceRecord>}
   * @throws {import("./gymnasium/errors.js").CheckpointNotFound}
   * @throws {import("./gymnasium/errors.js").RevisionNotFound}
   */
  async restore(state) {
    const record = await this.#change("restore/", stateOf(state));
    await this.#wentBack();
    return record;
  }

  /**
   * The current state as a signed file for `Env.fromSnapshot`, or a checkpoint's, or that of a recorded revision.
   * @param {State} [state]
   * @returns {Promise<Uint8Array>}
   */
  snapshot(state = {}) {
    const named = Object.entries(stateOf(state)).map(([name, value]) => [name, `${value}`]);
    return this.connection.read(`${this.path}snapshot/?${new URLSearchParams(named)}`);
  }

  /**
   * Record every call on the server from now on, or no longer.
   * @param {boolean} [on]
   * @param {{name?: string}} [options] - What people call the recording.
   * @returns {Promise<void>}
   */
  async recording(on = true, { name } = {}) {
    await this.#change("record/", { on, name });
  }

  /**
   * The recorded calls in their order, for `for await`; further ones are asked for as they are needed.
   * @param {{after?: Place}} [options] - Begin behind this one.
   * @returns {AsyncGenerator<import("./gymnasium/past.js").Row<Reward, Flag>, void, void>}
   * @throws {import("./gymnasium/errors.js").NotRecorded}
   */
  async *history(options) {
    yield* (await import("./gymnasium/past.js")).history(this, options);
  }

  /**
   * A recorded call with what it returned, made again on the server.
   * @param {Place} revision - The one that the call made.
   * @returns {Promise<import("./gymnasium/past.js").Past<Reward, Flag>>}
   * @throws {import("./gymnasium/errors.js").NotRecorded}
   * @throws {import("./gymnasium/errors.js").RevisionNotFound}
   */
  async at(revision) {
    return (await import("./gymnasium/past.js")).at(this, revision);
  }

  /**
   * The recorded episodes in their order, for `for await`.
   * @param {{env?: number, after?: number}} [options] - Of a vector environment, those of its environment `env`.
   * @returns {AsyncGenerator<import("./gymnasium/episodes.js").Episode, void, void>}
   * @throws {import("./gymnasium/errors.js").NotRecorded}
   */
  async *episodes(options) {
    yield* (await import("./gymnasium/episodes.js")).episodes(this, options);
  }

  /**
   * A recorded episode with all its transitions, or a part of them, made again on the server.
   * @param {number} number
   * @param {import("./gymnasium/episodes.js").Part} [part]
   * @throws {import("./gymnasium/errors.js").EpisodeNotFound}
   */
  async episode(number, part) {
    return (await import("./gymnasium/episodes.js")).episode(this, number, part);
  }

  /**
   * The picture at a recorded call, drawn now, whatever the render mode.
   * @param {Place} revision
   * @param {{env?: number}} [options] - Of a vector environment, which of its environments.
   * @returns {Promise<Rendering>}
   */
  async frame(revision, options) {
    return (await import("./gymnasium/episodes.js")).frame(this, revision, options);
  }

  /**
   * A film of a recorded episode, drawn now, for `URL.createObjectURL`.
   * @param {number} number
   * @param {import("./gymnasium/episodes.js").Film} [film]
   * @returns {Promise<Blob>}
   * @throws {import("./gymnasium/errors.js").EpisodeNotFound}
   */
  async video(number, film) {
    return (await import("./gymnasium/episodes.js")).video(this, number, film);
  }

  /**
   * The environments that this one is a fork of, nearest first, and those that were forked of it.
   * @returns {Promise<{ancestors: Record<string, any>[], descendants: Record<string, any>[]}>}
   */
  lineage() {
    return this.connection.read(`${this.path}lineage/`);
  }

  /**
   * Have the server make every recorded call again and compare.
   * @param {{onProgress?: (calls: number) => void}} [options] - Told after each part how many calls that is.
   * @returns {Promise<number>} How many there are.
   * @throws {import("./gymnasium/errors.js").NotVerified} One returned something else than was recorded.
   * @throws {import("./gymnasium/errors.js").NotRecorded}
   */
  async verify(options) {
    return (await import("./gymnasium/past.js")).verify(this, options);
  }

  /** @returns {Promise<InstanceRecord>} */
  record() {
    return this.connection.read(this.path);
  }

  /**
   * A member sampled by the server with the space's generator, which `seed` at creation seeds.
   * @param {"action_space" | "observation_space"} [space]
   * @returns {Promise<any>}
   */
  async sample(space = "action_space") {
    const { sample } = await this.#change(`${space}/sample/`, {});
    return (space === "action_space" ? this.actionSpace : this.observationSpace).decode(sample);
  }

  /**
   * Whether the server finds the value in the space.
   * @param {any} value
   * @param {"action_space" | "observation_space"} [space]
   * @returns {Promise<boolean>}
   */
  async contains(value, space = "action_space") {
    return (await this.connection.read(`${this.path}${space}/contains/`, { value })).contains;
  }

  /** @type {(() => void) | undefined} */
  #onPageHide;

  #forgetPageHide() {
    if (this.#onPageHide) globalThis.removeEventListener("pagehide", this.#onPageHide);
  }

  /** Whether a call has changed the spaces: then those of a checkpoint may be others too. */
  #changing = false;

  /** Take over the spaces that a reply tells, if it does. @template {{spaces?: any}} Reply @param {Reply} reply */
  #follow(reply) {
    const { action_space: action, observation_space: observation } = reply.spaces ?? {};
    if (action) this.actionSpace = makeSpace(action);
    if (observation) this.observationSpace = makeSpace(observation);
    this.#changing ||= Boolean(reply.spaces);
    return reply;
  }

  /** Read the spaces of another state, where they may be others. */
  async #wentBack() {
    if (!this.#changing) return;
    const [action, observation] = await spacesOf(this.connection, this.path);
    this.#follow({ spaces: { action_space: action, observation_space: observation } });
  }

  /** @param {string} path @param {Record<string, unknown>} body */
  #change(path, body) {
    return this.connection.change("POST", this.path + path, body);
  }
}

/** @param {Connection} connection @param {string} path @returns {Promise<any[]>} */
function spacesOf(connection, path) {
  return Promise.all([connection.read(`${path}action_space/`), connection.read(`${path}observation_space/`)]);
}

/** @param {string} instanceId */
const pathOf = (instanceId) => `/v1/envs/${encodeURIComponent(instanceId)}/`;

/** The values as an array, with their names as properties. @param {Record<string, any>} values @returns {any} */
function named(values) {
  return Object.assign(Object.values(values), values);
}
