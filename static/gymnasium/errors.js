/**
 * The errors of all calls, as a tree. The message is the server's: what happened and what to do.
 *
 *     GymHTTPError
 *     ├── InvalidRequest          a body or parameter does not match its schema
 *     │   ├── InvalidAction       not a member of the action space
 *     │   ├── InvalidSnapshot     no environment is made of the file: `problem.reason`
 *     │   ├── InvalidValue        any other value that cannot be used, such as a negative seed
 *     │   ├── KeyReused
 *     │   └── BodyTooLarge
 *     ├── Unauthorized            the call had no valid API key
 *     ├── NotCreatable            gymnasium.make raised, or the environment cannot be saved exactly
 *     ├── NotFound
 *     │   ├── InstanceNotFound    never created, closed, expired or another owner's
 *     │   ├── CheckpointNotFound
 *     │   ├── RevisionNotFound    the environment's log has no such revision
 *     │   ├── EpisodeNotFound     nor such an episode
 *     │   └── TrialNotFound       no trial of that id is under way, and none came to a verdict
 *     ├── ResetNeeded             a step before the first reset
 *     ├── EnvironmentRaised       the environment raised: `problem.exception` and `problem.text`
 *     ├── NotRenderable           the render mode has no picture
 *     ├── NotInstalled            the server lacks a package that the call needs
 *     ├── NotRecorded             the environment's calls are not recorded
 *     ├── HistoryDamaged          a part of its log is missing or was altered
 *     ├── NotVerified             a recorded call returned something else when it was made again
 *     ├── Contended               other writers came first, at every attempt
 *     ├── ReplyGone               a repeated call was applied once; its reply is no longer stored
 *     ├── StaleRevision
 *     ├── QuotaExceeded
 *     ├── ServiceUnavailable      the store, the settings or a gateway failed
 *     └── ConnectionFailed        no reply came, at any attempt; `cause` has the last failure
 */

/** A problem document (RFC 9457) with further members.
 * @typedef {{type?: string, title?: string, status?: number, detail?: unknown, [evidence: string]: unknown}} Problem
 */

/** The root of all errors of calls. */
export class GymHTTPError extends Error {
  /**
   * @param {number} status - The HTTP status, or 0 without a reply.
   * @param {Problem} problem - The reply, or a substitute.
   * @param {ErrorOptions} [options]
   */
  constructor(status, problem, options) {
    const detail = sentence(problem, status);
    super(detail, options);
    this.name = new.target.name;
    this.status = status;
    /** The server's message, which is also this error's. */
    this.detail = detail;
    /** The type of problem, such as "invalid-action"; in `problem.type` it is a URN. */
    this.type = String(problem.type ?? "").split(":").at(-1) ?? "";
    /** The whole reply. */
    this.problem = problem;
  }
}

export class InvalidRequest extends GymHTTPError {}
export class InvalidAction extends InvalidRequest {}
export class InvalidSnapshot extends InvalidRequest {}
export class InvalidValue extends InvalidRequest {}
export class KeyReused extends InvalidRequest {}
export class BodyTooLarge extends InvalidRequest {}
export class Unauthorized extends GymHTTPError {}
export class NotCreatable extends GymHTTPError {}
export class NotFound extends GymHTTPError {}
export class InstanceNotFound extends NotFound {}
export class CheckpointNotFound extends NotFound {}
export class RevisionNotFound extends NotFound {}
export class EpisodeNotFound extends NotFound {}
export class TrialNotFound extends NotFound {}
export class ResetNeeded extends GymHTTPError {}
export class EnvironmentRaised extends GymHTTPError {}
export class NotRenderable extends GymHTTPError {}
export class NotInstalled extends GymHTTPError {}
export class NotRecorded extends GymHTTPError {}
export class HistoryDamaged extends GymHTTPError {}
/** `problem` is the whole reply. */
export class NotVerified extends GymHTTPError {}
export class Contended extends GymHTTPError {}
export class ReplyGone extends GymHTTPError {}
export class StaleRevision extends GymHTTPError {}
export class QuotaExceeded extends GymHTTPError {}
export class ServiceUnavailable extends GymHTTPError {}
export class ConnectionFailed extends GymHTTPError {}

/** Classes by type of problem.
 * @type {Record<string, typeof GymHTTPError>} */
const BY_TYPE = {
  "invalid-request": InvalidRequest,
  "invalid-action": InvalidAction,
  "invalid-snapshot": InvalidSnapshot,
  "invalid-value": InvalidValue,
  "key-reused": KeyReused,
  "body-too-large": BodyTooLarge,
  "unauthorized": Unauthorized,
  "not-creatable": NotCreatable,
  "not-exact": NotCreatable,
  "not-found": NotFound,
  "instance-not-found": InstanceNotFound,
  "checkpoint-not-found": CheckpointNotFound,
  "revision-not-found": RevisionNotFound,
  "episode-not-found": EpisodeNotFound,
  "trial-not-found": TrialNotFound,
  "reset-needed": ResetNeeded,
  "environment-raised": EnvironmentRaised,
  "not-renderable": NotRenderable,
  "not-installed": NotInstalled,
  "not-recorded": NotRecorded,
  "history-damaged": HistoryDamaged,
  "contended": Contended,
  "reply-gone": ReplyGone,
  "stale-revision": StaleRevision,
  "quota-exceeded": QuotaExceeded,
};

/** Classes for replies of gateways, and for types of problem that are newer than this client.
 * @type {Record<number, typeof GymHTTPError>} */
const BY_STATUS = { 401: Unauthorized, 403: Unauthorized, 404: NotFound, 422: InvalidRequest, 503: ServiceUnavailable };

/**
 * The error for a reply.
 * @param {number} status
 * @param {Problem} problem
 * @returns {GymHTTPError}
 */
export function errorOf(status, problem) {
  const name = String(problem.type ?? "").split(":").at(-1) ?? "";
  const Kind = (Object.hasOwn(BY_TYPE, name) && BY_TYPE[name]) || BY_STATUS[status] || GymHTTPError;
  return new Kind(status, problem);
}

/** @param {Problem} problem @param {number} status */
function sentence({ detail, title }, status) {
  if (typeof detail === "string") return detail;
  return detail === undefined ? (title ?? `The server answered ${status}.`) : JSON.stringify(detail);
}
