"""Everything that can go wrong, as a tree of exceptions that know nothing about HTTP.

    GymHTTPError
    ├── InvalidRequest            a body or parameter has the wrong form
    │   ├── BodyTooLarge
    │   ├── UnsupportedEncoding   a body in a compression that is not read here
    │   ├── KeyReused             an idempotency key that was sent with another request
    │   ├── InvalidSnapshot       a file that no instance is made of here
    │   ├── InvalidAction         not of the action space's type, or not a member
    │   └── InvalidValue          another value that cannot be used, such as a negative seed
    ├── Unauthorized              no valid API key
    ├── NotCreatable              Gymnasium, a wrapper or the constructor refused
    ├── NotExact                  no mechanism carries the environment exactly
    ├── JournalFull               with one more call, a restore would take too long
    ├── SnapshotTooLarge          after this call, the snapshot would exceed the limit
    ├── NotFound
    │   ├── InstanceNotFound
    │   ├── CheckpointNotFound
    │   ├── TrialNotFound         no trial of that id is under way, and none came to a verdict
    │   ├── RevisionNotFound      a place that the instance's log does not have
    │   └── EpisodeNotFound       an episode that the instance's log does not have
    ├── NotInstalled              this server lacks a package that the call needs
    ├── ReplyGone                 a repeated call was applied; its reply is no longer kept
    ├── ResetNeeded               a step before the first reset
    ├── NotEncodable              a value of the environment's has no form on the wire
    ├── ReplyTooLarge             longer than a reply can be here
    ├── EnvironmentRaised         an exception of the environment's own
    ├── CallTooLong               the environment's code ran longer than a call may
    ├── NotRenderable             the instance has no such picture
    ├── Contended                 other writers kept winning
    ├── ChainBroken               a chained call whose predecessor failed
    ├── NotRecorded               the instance records no calls
    ├── HistoryDamaged            a segment of a log is missing, altered or out of its chain
    ├── StaleRevision             an If-Match that no longer holds
    ├── QuotaExceeded
    ├── Misconfigured             a setting is missing or malformed
    ├── ServerEnding              this server was told to end
    ├── SocketsFull               as many WebSockets are open as may be
    ├── StoreFailed
    │   ├── StoreUnavailable      unreachable, denied or failing
    │   └── OutcomeUnknown        a conditional write that may or may not have happened
    └── SnapshotUnusable
        ├── SnapshotCorrupt       truncated, forged, or another instance's
        │   └── SnapshotUnverified  signed with a key that is not known here, or forged
        ├── SnapshotIncompatible  written by other library versions, or no longer to be made
        └── SnapshotDiverged      restored, and then in another state than the one stored

The text says what happened and what to do next; facts that a program may need are in `evidence`.
"""

from typing import Any

_LONGEST_TEXT = 2000
"""Characters of a foreign exception's text."""


def text_of(error: BaseException) -> str:
    """A foreign exception's own words, of bounded length and valid in UTF-8. Its `__str__` may raise."""
    try:
        text = str(error)
    except BaseException:  # foreign code: what matters is the exception that was to be told
        return "(an exception without a text, since its __str__ raises)"
    text = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."
    return text.encode("utf-8", "replace").decode()


class GymHTTPError(Exception):
    """The root. `detail` is the text for the client, `evidence` holds facts by name."""

    def __init__(self, detail: str, **evidence: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.evidence = evidence


class InvalidRequest(GymHTTPError):
    """A body or parameter has the wrong form. `errors` lists the places."""


class BodyTooLarge(InvalidRequest):
    """A body is larger than the limit; `limit` in bytes."""


class UnsupportedEncoding(InvalidRequest):
    """A body is compressed in a way that is not read here."""


class KeyReused(InvalidRequest):
    """An idempotency key was sent before with another request."""


class InvalidSnapshot(InvalidRequest):
    """No instance is made of the snapshot file; `reason` is "damaged", "foreign", "owner" or "versions"."""


class InvalidAction(InvalidRequest):
    """An action is not of its space's type, or outside a space that is no Box; `action` and `space` as given."""


class InvalidValue(InvalidRequest):
    """A seed, an option or another value cannot be used."""


class Unauthorized(GymHTTPError):
    """API keys are set, and the call has none of them."""


class NotCreatable(GymHTTPError):
    """Gymnasium, a wrapper or the environment's constructor refused, in its own words."""


class NotExact(GymHTTPError):
    """No snapshot mechanism carries the environment exactly, so it is refused. The text says what can be done."""


class JournalFull(GymHTTPError):
    """The environment is restored by replaying its calls, and one more would make that take too long.

    The call was not made. `calls` is the number in the journal, `seconds` an estimate of their replay.
    """


class SnapshotTooLarge(GymHTTPError):
    """The environment's state exceeds the limit on snapshots. The instance is unchanged. Sizes are in bytes."""


class NotFound(GymHTTPError):
    """What was named does not exist or belongs to another owner."""


class InstanceNotFound(NotFound):
    """No such instance: never created, closed, expired, or another owner's."""

    def __init__(self) -> None:
        # The exact words of gym-http-api: its clients compare them.
        super().__init__("Instance not found")


class CheckpointNotFound(NotFound):
    """No such checkpoint of this instance: never made, deleted, or another instance's."""

    def __init__(self) -> None:
        super().__init__(
            "The instance has no such checkpoint: it was never made, or was deleted; "
            "GET /v1/envs/{instance_id}/checkpoints/ lists those that it has."
        )


class TrialNotFound(NotFound):
    """No trial of that id is under way, and none came to a verdict."""


class NotInstalled(GymHTTPError):
    """This server was installed without what the call needs. The text names the package and the extra."""


class RevisionNotFound(NotFound):
    """The instance's log has no such place. The text names the range that it has."""


class EpisodeNotFound(NotFound):
    """The instance's log has no episode of this number."""


class NotRecorded(GymHTTPError):
    """The instance records no calls. The text says how it does."""


class HistoryDamaged(GymHTTPError):
    """A part of an instance's log is missing, altered or out of its chain; `segment` names it.

    The instance itself goes on.
    """


class ReplyGone(GymHTTPError):
    """A repeated call was applied when it first came, at `revision`, and its reply is no longer kept."""


class ResetNeeded(GymHTTPError):
    """The environment has to be reset before this call."""


class NotEncodable(GymHTTPError):
    """What the environment returned cannot be told: a reward that is no number, a value that contains itself."""


class ReplyTooLarge(GymHTTPError):
    """The reply is longer than can be sent here; `limit` in bytes. The instance is unchanged."""


class EnvironmentRaised(GymHTTPError):
    """The environment raised an exception. The instance is unchanged."""

    def __init__(self, error: BaseException) -> None:
        name, text = type(error).__name__, text_of(error)
        super().__init__(
            f"The environment raised {name}: {text}; the instance is unchanged.", exception=name, text=text
        )


class CallTooLong(GymHTTPError):
    """The environment's code ran longer than a call may. The instance is unchanged."""


class NotRenderable(GymHTTPError):
    """The instance's render mode does not return what was asked for."""


class Contended(GymHTTPError):
    """Other writers kept winning the compare-and-swap. `retry_after` is in seconds."""


class ChainBroken(GymHTTPError):
    """A call of a session was to be made only after the one before it had succeeded. It was not made."""


class StaleRevision(GymHTTPError):
    """The call was conditional on another revision than the current one, which is `revision`."""


class QuotaExceeded(GymHTTPError):
    """The owner already has as many as are allowed."""


class Misconfigured(GymHTTPError):
    """A setting is missing or malformed. The text names it."""


class ServerEnding(GymHTTPError):
    """The server was told to end and should be sent no more calls. `retry_after` is in seconds."""


class SocketsFull(GymHTTPError):
    """This process keeps as many WebSockets open as the settings allow. `retry_after` is in seconds."""


class StoreFailed(GymHTTPError):
    """The store did not do what it was asked to."""


class StoreUnavailable(StoreFailed):
    """The store is unreachable, denies access or fails. A conditional write did not happen."""


class OutcomeUnknown(StoreFailed):
    """A conditional write failed, and may have happened all the same. Read the object to find out."""


class SnapshotUnusable(GymHTTPError):
    """A stored snapshot cannot be restored. It stays in the store."""


class SnapshotCorrupt(SnapshotUnusable):
    """The bytes are truncated, forged, or another instance's."""


class SnapshotUnverified(SnapshotCorrupt):
    """No signing key known here signed it: another server has a newer key, or the bytes were altered."""


class SnapshotIncompatible(SnapshotUnusable):
    """The snapshot was written by other library versions, or its environment cannot be made here now."""


class SnapshotDiverged(SnapshotUnusable):
    """The snapshot is as it was written, and what was restored from it is in another state."""
