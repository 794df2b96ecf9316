/** A state of an environment that is not the current one. */

/** A recorded call: the revision that it made, or "R.k" for call k of those that made revision R.
 * @typedef {number | string} Place */
/** A checkpoint's id, or the checkpoint, or one of them or a recorded revision by name.
 * @typedef {string | import("../gymnasium.js").Checkpoint |
 *   {checkpoint?: string | import("../gymnasium.js").Checkpoint, revision?: Place}} State */

/** Its members in a body or a query. @param {State} state @returns {{checkpoint_id?: string, revision?: Place}} */
export function stateOf(state) {
  if (typeof state === "string") return { checkpoint_id: state };
  if ("checkpoint_id" in state) return { checkpoint_id: state.checkpoint_id };
  const { checkpoint, revision } = state;
  return { ...(checkpoint !== undefined && stateOf(checkpoint)), ...(revision !== undefined && { revision }) };
}
