"""The exceptions of this package, a tree under `gymnasium.error.Error`.

    GymHTTPError
    ├── ServerGone              no reply came, at any attempt
    │   ├── NoServer            and none ever came from this address
    │   └── TimedOut            also a TimeoutError
    ├── ServerFailed            the server failed, or something else replied
    │   └── ServiceUnavailable  its store, its settings or a gateway failed, at every attempt
    ├── VersionMismatch         the server and this client do not speak the same version
    ├── InvalidRequest          a body or parameter does not match its schema
    │   ├── InvalidAction       not a member of the action space; also gymnasium.error.InvalidAction
    │   ├── InvalidValue        any other value that cannot be used, such as a negative seed
    │   ├── InvalidSnapshot     a snapshot file that the server makes no environment of
    │   ├── NotEncodable        the environment returned a value that cannot be sent
    │   ├── KeyReused
    │   └── BodyTooLarge
    ├── Unauthorized            the call had no valid API key
    ├── NotCreatable            gymnasium.make refused
    │   ├── UnknownArgument     the constructor has no such argument; also a TypeError, as in process
    │   └── NotExact            the environment cannot be saved exactly
    ├── NotFound
    │   ├── InstanceNotFound    never created, closed, expired, or another owner's
    │   ├── CheckpointNotFound
    │   ├── RevisionNotFound    the environment's log has no such revision
    │   ├── EpisodeNotFound     the environment's log has no such episode
    │   └── TrialNotFound       no trial of that id is under way, and none came to a verdict
    ├── ResetNeeded             also gymnasium.error.ResetNeeded
    ├── EnvironmentRaised       the environment's own exception
    ├── NotServed               an attribute or method that no call gives; also an AttributeError
    ├── NotRenderable           the render mode gives no picture
    ├── NotInstalled            the server lacks a package that the call needs
    ├── NotRecorded             the environment's calls are not recorded
    ├── HistoryDamaged          a part of its log is missing or was altered
    ├── NotVerified             a recorded call returned something else when it was made again
    ├── JournalFull             after one more call a snapshot could not be restored in time
    ├── CallTooLong             the environment took longer than a call may take
    ├── ReplyTooLarge           ask for less in one call
    ├── SnapshotTooLarge        the environment's state exceeds the server's limit
    ├── Contended               other writers came first, at every attempt
    ├── ReplyGone               a repeated call was applied once; its reply is no longer stored
    ├── StaleRevision
    ├── QuotaExceeded
    └── SnapshotUnusable        the stored environment cannot be continued by this server

A message says what happened and what to do. `status` and `problem` are those of the reply, if there was one.
"""

from collections.abc import Mapping
from typing import Any

import gymnasium


class GymHTTPError(gymnasium.error.Error):
    """The root. `status` is the HTTP status, or 0 without a reply; `problem` is the reply's body (RFC 9457)."""

    advice = ""
    """What to do, if the server's message does not say it."""

    def __init__(self, detail: str, status: int = 0, problem: Mapping[str, Any] | None = None) -> None:
        sentence = detail if detail.endswith((".", "!", "?")) else f"{detail}."
        super().__init__(f"{sentence} {self.advice}".rstrip())
        self.detail = detail
        self.status = status
        self.problem = dict(problem or {})
        self.retry_after: str | None = None
        """The reply's `Retry-After` header."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Support pickling: gymnasium.vector's workers send their errors to the parent."""
        return type(self), (self.detail, self.status, self.problem)


class ServerGone(GymHTTPError):
    """No reply came. The call may have been applied; making the same call again does not apply it twice."""

    advice = (
        "The environment is in the server's store. Once a server answers, make the same call again: it is applied "
        "once, even if only its reply was lost."
    )


class NoServer(ServerGone):
    """Nothing has ever answered at this address."""

    advice = "Is `make run` up? Start it, or pass the address of a running server as url."


class TimedOut(ServerGone, TimeoutError):
    """No reply came in time."""

    advice = ServerGone.advice + " If the environment is slow, pass a longer timeout."


class ServerFailed(GymHTTPError):
    """The server failed, or what replied is not such a server."""


class ServiceUnavailable(ServerFailed):
    """The store, the settings or a gateway failed, at every attempt."""

    advice = "Make the same call again later; it is applied once."


class VersionMismatch(GymHTTPError):
    """The server has another version of the API than this client."""


class InvalidRequest(GymHTTPError):
    """The call does not match its schema."""


class InvalidAction(InvalidRequest, gymnasium.error.InvalidAction):
    """The action is not in the action space. The environment is unchanged."""


class InvalidValue(InvalidRequest):
    """A seed, option or other value that cannot be used."""


class InvalidSnapshot(InvalidRequest):
    """The server makes no environment of the file; `problem["reason"]` says why."""


class NotEncodable(InvalidRequest):
    """The environment returned a value that cannot be sent. It is unchanged."""


class KeyReused(InvalidRequest):
    """The idempotency key was used with another request."""


class BodyTooLarge(InvalidRequest):
    """The call's body is larger than the server allows."""


class Unauthorized(GymHTTPError):
    """The server requires an API key."""

    advice = "Pass it as api_key."


class NotCreatable(GymHTTPError):
    """Gymnasium, a wrapper or the environment's constructor raised; the message is theirs."""


class UnknownArgument(NotCreatable, TypeError):
    """The environment's constructor takes no such argument."""


class NotExact(NotCreatable):
    """The environment cannot be saved exactly."""


class NotFound(GymHTTPError):
    """It does not exist, or is not the caller's."""


class InstanceNotFound(NotFound):
    """The server has no such environment."""

    advice = "It was closed, has expired, or belongs to another API key or store; make a new one."


class CheckpointNotFound(NotFound):
    """The environment has no such checkpoint."""

    advice = "checkpoints() lists those that exist."


class RevisionNotFound(NotFound):
    """The environment's log has no such revision. The text names those that it has."""


class EpisodeNotFound(NotFound):
    """The environment's log has no such episode."""


class TrialNotFound(NotFound):
    """No trial of that id is under way, and none came to a verdict."""


class NotInstalled(GymHTTPError):
    """The server was installed without a package that the call needs. The text names it."""


class NotRecorded(GymHTTPError):
    """The environment's calls are not recorded."""

    advice = "Call env.recording() first."


class HistoryDamaged(GymHTTPError):
    """A part of the environment's log is missing or was altered. The environment itself goes on."""


class NotVerified(GymHTTPError):
    """A call that was made again returned something else than was recorded; `problem` is the whole reply."""


class ResetNeeded(GymHTTPError, gymnasium.error.ResetNeeded):
    """The environment must be reset first."""


class EnvironmentRaised(GymHTTPError):
    """The environment raised an exception. It is unchanged."""

    @property
    def exception(self) -> str:
        """The class name of the environment's exception."""
        return str(self.problem.get("exception", ""))

    @property
    def text(self) -> str:
        """The message of the environment's exception."""
        return str(self.problem.get("text", ""))


class NotServed(GymHTTPError, AttributeError):
    """The attribute or method stays on the server, since the API has no call for it."""


class NotRenderable(GymHTTPError):
    """The render mode has no picture that can be sent."""


class JournalFull(GymHTTPError):
    """The environment is restored by replaying its calls, and one more would make that too slow."""


class SnapshotTooLarge(GymHTTPError):
    """The environment's state exceeds what the server stores. It is as before the call."""


class CallTooLong(GymHTTPError):
    """The environment took longer than a call may take. It is unchanged."""


class ReplyTooLarge(GymHTTPError):
    """The reply is longer than the server can send. The environment is unchanged."""


class Contended(GymHTTPError):
    """Other callers of the same environment came first. The call was not applied."""


class ReplyGone(GymHTTPError):
    """The call was applied when it was first sent. Its reply is no longer stored."""


class StaleRevision(GymHTTPError):
    """The environment is not at the revision that the call required."""


class QuotaExceeded(GymHTTPError):
    """The owner has as many environments or checkpoints as allowed."""

    advice = "Close those that are no longer needed."


class SnapshotUnusable(GymHTTPError):
    """This server cannot continue the stored environment, which stays in the store."""
