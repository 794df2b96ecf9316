"""Everything that can go wrong, as a tree under `gymnasium.error.Error`.

    GymHTTPError
    ├── ServerGone              no reply came, at every try
    │   └── TimedOut            also a TimeoutError
    ├── ServerFailed            a fault of the server's, or a reply that is none of its own
    │   └── ServiceUnavailable  its store, its settings or a gateway, at every try
    ├── VersionMismatch         the server and this client do not speak the same version
    ├── InvalidRequest          a body or parameter is not of the declared form
    │   ├── InvalidAction       not a member of the action space; also gymnasium.error.InvalidAction
    │   ├── InvalidValue        any other value that cannot be used, such as a negative seed
    │   ├── NotEncodable        the environment returned what cannot be sent
    │   ├── KeyReused
    │   └── BodyTooLarge
    ├── Unauthorized            no valid API key came with the call
    ├── NotCreatable            gymnasium.make refused
    │   └── NotExact            the environment cannot be carried exactly
    ├── NotFound
    │   ├── InstanceNotFound    never created, closed, expired, or another owner's
    │   └── CheckpointNotFound
    ├── ResetNeeded             also gymnasium.error.ResetNeeded
    ├── EnvironmentRaised       the environment's own exception
    ├── NotRenderable           the render mode gives no picture
    ├── JournalFull             one call more, and a snapshot could not be restored in time
    ├── CallTooLong             the environment took longer than a call may
    ├── ReplyTooLarge           ask for less in one call
    ├── SnapshotTooLarge        the environment's state has grown over the server's limit
    ├── Contended               other writers kept winning, at every try
    ├── ReplyGone               a repeated call was applied once; its reply is forgotten
    ├── StaleRevision
    ├── QuotaExceeded
    └── SnapshotUnusable        the stored environment cannot be continued by this server

A message says what happened and what to do; `status` and `problem` are the reply's, where there was one.
"""

from collections.abc import Mapping
from typing import Any

import gymnasium


class GymHTTPError(gymnasium.error.Error):
    """The root: `status` is HTTP's, or 0 without a reply; `problem` the reply (RFC 9457), evidence included."""

    advice = ""
    """What to do, where the server's sentence does not say it."""

    def __init__(self, detail: str, status: int = 0, problem: Mapping[str, Any] | None = None) -> None:
        sentence = detail if detail.endswith((".", "!", "?")) else f"{detail}."
        super().__init__(f"{sentence} {self.advice}".rstrip())
        self.detail = detail
        self.status = status
        self.problem = dict(problem or {})
        self.retry_after: str | None = None
        """The header of that name, which says when to call again."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel between processes, as those of gymnasium.vector's workers do."""
        return type(self), (self.detail, self.status, self.problem)


class ServerGone(GymHTTPError):
    """No reply came, and whether the call was applied is open; made again as it was, it is not doubled."""

    advice = (
        "The environment is in the server's store: once a server answers, make the same call again. It is applied "
        "once, also if it had been applied before the reply was lost."
    )


class TimedOut(ServerGone, TimeoutError):
    """No reply came in time."""

    advice = ServerGone.advice + " If the environment is slow, pass a longer timeout."


class ServerFailed(GymHTTPError):
    """The server failed, or what answered is no server of this kind."""


class ServiceUnavailable(ServerFailed):
    """The store, the settings or a gateway failed, at every try."""

    advice = "Make the same call again later; it is applied once."


class VersionMismatch(GymHTTPError):
    """What answered does not speak this client's version of the API."""


class InvalidRequest(GymHTTPError):
    """The call is not of the declared form."""


class InvalidAction(InvalidRequest, gymnasium.error.InvalidAction):
    """The action is no member of the action space; the environment is as it was before."""


class InvalidValue(InvalidRequest):
    """A seed, option or other value that cannot be used."""


class NotEncodable(InvalidRequest):
    """The environment returned a value that cannot be sent; it is as it was before."""


class KeyReused(InvalidRequest):
    """An idempotency key came with another request before."""


class BodyTooLarge(InvalidRequest):
    """The call is larger than the server allows."""


class Unauthorized(GymHTTPError):
    """API keys are set on the server, and none of them came."""

    advice = "Pass it as api_key."


class NotCreatable(GymHTTPError):
    """Gymnasium, a wrapper or the environment's constructor refused; the text is its own."""


class NotExact(NotCreatable):
    """No snapshot carries the environment exactly."""


class NotFound(GymHTTPError):
    """What was named does not exist, or is not the caller's."""


class InstanceNotFound(NotFound):
    """There is no such environment on the server."""

    advice = "It was closed, has expired, or is another API key's or store's; make a new one."


class CheckpointNotFound(NotFound):
    """The environment has no such checkpoint."""

    advice = "checkpoints() lists those that there are."


class ResetNeeded(GymHTTPError, gymnasium.error.ResetNeeded):
    """A call that needs a reset first."""


class EnvironmentRaised(GymHTTPError):
    """An exception inside the environment, which is as it was before the call."""

    @property
    def exception(self) -> str:
        """The name of its class."""
        return str(self.problem.get("exception", ""))

    @property
    def text(self) -> str:
        """Its own text."""
        return str(self.problem.get("text", ""))


class NotRenderable(GymHTTPError):
    """The render mode gives no picture that can be sent."""


class JournalFull(GymHTTPError):
    """The environment is carried by replaying its calls, and one more would take too long to replay."""


class SnapshotTooLarge(GymHTTPError):
    """The environment's state has grown over what the server stores; it is as it was before the call."""


class CallTooLong(GymHTTPError):
    """The environment took longer than the server allows for a call; it is as it was before."""


class ReplyTooLarge(GymHTTPError):
    """The reply is longer than the server may send; the environment is as it was before."""


class Contended(GymHTTPError):
    """Other callers of the same environment kept coming first; the call was not applied."""


class ReplyGone(GymHTTPError):
    """The call was applied when it was first sent; its reply is no longer remembered."""


class StaleRevision(GymHTTPError):
    """The environment is not at the revision on which the call was conditional."""


class QuotaExceeded(GymHTTPError):
    """A bound on what one owner may hold is reached."""

    advice = "Close what is no longer needed."


class SnapshotUnusable(GymHTTPError):
    """The stored environment cannot be continued by this server; it stays where it is."""


_BY_NAME: dict[str, type[GymHTTPError]] = {
    "invalid-request": InvalidRequest,
    "body-too-large": BodyTooLarge,
    "key-reused": KeyReused,
    "invalid-action": InvalidAction,
    "invalid-value": InvalidValue,
    "not-encodable": NotEncodable,
    "unauthorized": Unauthorized,
    "not-creatable": NotCreatable,
    "not-exact": NotExact,
    "not-found": NotFound,
    "instance-not-found": InstanceNotFound,
    "checkpoint-not-found": CheckpointNotFound,
    "path-not-found": VersionMismatch,
    "method-not-allowed": VersionMismatch,
    "journal-full": JournalFull,
    "reply-gone": ReplyGone,
    "reset-needed": ResetNeeded,
    "environment-raised": EnvironmentRaised,
    "not-renderable": NotRenderable,
    "snapshot-too-large": SnapshotTooLarge,
    "call-too-long": CallTooLong,
    "reply-too-large": ReplyTooLarge,
    "contended": Contended,
    "stale-revision": StaleRevision,
    "quota-exceeded": QuotaExceeded,
    "snapshot-unusable": SnapshotUnusable,
    "snapshot-corrupt": SnapshotUnusable,
    "snapshot-incompatible": SnapshotUnusable,
    "misconfigured": ServiceUnavailable,
    "store-failed": ServiceUnavailable,
    "store-unavailable": ServiceUnavailable,
    "outcome-unknown": ServiceUnavailable,
    "internal": ServerFailed,
}
"""The classes by the name at the end of a problem's type."""

_BY_STATUS: dict[int, type[GymHTTPError]] = {
    401: Unauthorized,
    403: Unauthorized,
    404: NotFound,
    413: BodyTooLarge,
    422: InvalidRequest,
    502: ServiceUnavailable,
    503: ServiceUnavailable,
    504: ServiceUnavailable,
}
"""Where a gateway answered, or the kind of problem is newer than this client."""


def name_of(problem: Mapping[str, Any]) -> str:
    """The kind of problem, such as `invalid-action`."""
    return str(problem.get("type", "")).rpartition(":")[2]


def error_of(status: int, problem: Mapping[str, Any], retry_after: str | None = None) -> GymHTTPError:
    """The error that a reply tells of."""
    kind = _BY_NAME.get(name_of(problem)) or _BY_STATUS.get(status)
    if kind is None:
        kind = GymHTTPError if 400 <= status < 500 else ServerFailed
    detail = problem.get("detail") or problem.get("title") or f"The server answered {status}."
    error = kind(detail if isinstance(detail, str) else repr(detail), status, problem)
    error.retry_after = retry_after
    return error
