/**
 * Everything that can go wrong, as a tree. A message is the server's own sentence: what happened and what to do.
 *
 *     GymHTTPError
 *     ├── InvalidRequest          a body or parameter is not of the declared form
 *     │   ├── InvalidAction       not a member of the action space
 *     │   ├── InvalidValue        any other value that cannot be used, such as a negative seed
 *     │   ├── KeyReused
 *     │   └── BodyTooLarge
 *     ├── Unauthorized            no valid API key came with the call
 *     ├── NotCreatable            gymnasium.make refused, or the environment cannot be carried exactly
 *     ├── NotFound
 *     │   ├── InstanceNotFound    never created, closed, expired or another owner's
 *     │   └── CheckpointNotFound
 *     ├── ResetNeeded             a step before the first reset
 *     ├── EnvironmentRaised       the environment's own exception: `problem.exception` and `problem.text`
 *     ├── NotRenderable           the render mode gives no picture
 *     ├── Contended               other writers kept winning, at every try
 *     ├── ReplyGone               a repeated call was applied once; its reply is forgotten
 *     ├── StaleRevision
 *     ├── QuotaExceeded
 *     ├── ServiceUnavailable      the store or the settings
 *     └── ConnectionFailed        no reply came, at every try; `cause` has the last failure
 */

/** A problem document (RFC 9457) with the evidence as further members.
 * @typedef {{type?: string, title?: string, status?: number, detail?: unknown, [evidence: string]: unknown}} Problem
 */

/** The root of all errors that a call can end with. */
export class GymHTTPError extends Error {
  /**
   * @param {number} status - HTTP's, or 0 where no reply came.
   * @param {Problem} problem - The reply, or what stands for it.
   * @param {ErrorOptions} [options]
   */
  constructor(status, problem, options) {
    const detail = sentence(problem, status);
    super(detail, options);
    this.name = new.target.name;
    this.status = status;
    /** The server's sentence, which is also the message. */
    this.detail = detail;
    /** The kind of problem, such as "invalid-action"; `problem.type` has it as a URN. */
    this.type = String(problem.type ?? "").split(":").at(-1) ?? "";
    /** The whole reply, evidence included. */
    this.problem = problem;
  }
}

export class InvalidRequest extends GymHTTPError {}
export class InvalidAction extends InvalidRequest {}
export class InvalidValue extends InvalidRequest {}
export class KeyReused extends InvalidRequest {}
export class BodyTooLarge extends InvalidRequest {}
export class Unauthorized extends GymHTTPError {}
export class NotCreatable extends GymHTTPError {}
export class NotFound extends GymHTTPError {}
export class InstanceNotFound extends NotFound {}
export class CheckpointNotFound extends NotFound {}
export class ResetNeeded extends GymHTTPError {}
export class EnvironmentRaised extends GymHTTPError {}
export class NotRenderable extends GymHTTPError {}
export class Contended extends GymHTTPError {}
export class ReplyGone extends GymHTTPError {}
export class StaleRevision extends GymHTTPError {}
export class QuotaExceeded extends GymHTTPError {}
export class ServiceUnavailable extends GymHTTPError {}
export class ConnectionFailed extends GymHTTPError {}

/** The classes by the name of the problem.
 * @type {Record<string, typeof GymHTTPError>} */
const BY_TYPE = {
  "invalid-request": InvalidRequest,
  "invalid-action": InvalidAction,
  "invalid-value": InvalidValue,
  "key-reused": KeyReused,
  "body-too-large": BodyTooLarge,
  "unauthorized": Unauthorized,
  "not-creatable": NotCreatable,
  "not-exact": NotCreatable,
  "not-found": NotFound,
  "instance-not-found": InstanceNotFound,
  "checkpoint-not-found": CheckpointNotFound,
  "reset-needed": ResetNeeded,
  "environment-raised": EnvironmentRaised,
  "not-renderable": NotRenderable,
  "contended": Contended,
  "reply-gone": ReplyGone,
  "stale-revision": StaleRevision,
  "quota-exceeded": QuotaExceeded,
};

/** The classes where a gateway answered instead of the service, or a kind is newer than this client.
 * @type {Record<number, typeof GymHTTPError>} */
const BY_STATUS = { 401: Unauthorized, 403: Unauthorized, 404: NotFound, 422: InvalidRequest, 503: ServiceUnavailable };

/**
 * The error that a reply tells of.
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
