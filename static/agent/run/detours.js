/** Where calls go of an agent whose environment was branched: to the fork, under the id that the agent knows. */

/** @typedef {import("./calls.js").Call} Call */

export class Detours {
  /** From the ids that agents know. @type {Map<string, string>} */
  #to = new Map();

  /** Calls that have gone to one instance go to another from now on. @param {string} from @param {string} to */
  lead(from, to) {
    const [known] = [...this.#to].find(([, now]) => now === from) ?? [from];
    this.#to.set(known, to);
  }

  /** @param {Call} call @returns {Call} The call as it is to be made. */
  follow(call) {
    const to = this.#to.get(call.id);
    return to ? { ...call, id: to, path: call.path.replace(call.id, to) } : call;
  }
}
