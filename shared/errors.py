"""Everything that can go wrong, as a tree of exceptions that know nothing of HTTP.

    GymHTTPError
    ├── InvalidRequest            the body or a parameter is not of the declared form
    │   ├── BodyTooLarge
    │   ├── KeyReused             an idempotency key that came with another request before
    │   ├── InvalidAction         not a member of the action space
    │   └── InvalidValue          any other value that cannot be used, such as a negative seed
    ├── Unauthorized              no valid API key came with the call
    ├── NotCreatable              gymnasium.make refused, in its own words
    ├── NotExact                  no mechanism carries this environment exactly
    ├── JournalFull               one call more, and a snapshot could not be restored in time
    ├── SnapshotTooLarge          one call more, and a snapshot would be over the limit
    ├── NotFound
    │   ├── InstanceNotFound
    │   └── CheckpointNotFound
    ├── ReplyGone                 a repeated call was applied; its reply is forgotten
    ├── ResetNeeded               a step before the first reset
    ├── NotEncodable              the environment's value has no form on the wire
    ├── ReplyTooLarge             longer than what carries replies here takes
    ├── EnvironmentRaised         the environment's own exception
    ├── CallTooLong               the environment's code went on beyond the limit
    ├── NotRenderable             the instance has no such picture
    ├── Contended                 other writers kept winning
    ├── StaleRevision             an If-Match that no longer holds
    ├── QuotaExceeded
    ├── Misconfigured             a setting is missing or malformed
    ├── StoreFailed               the store did not do as it was asked
    │   ├── StoreUnavailable      unreachable, denied or failing
    │   └── OutcomeUnknown        a conditional write that may or may not have been done
    └── SnapshotUnusable
        ├── SnapshotCorrupt       truncated, forged, or another instance's
        └── SnapshotIncompatible  written by other library versions

A message says what happened and what to do next, in one sentence; the evidence is in attributes.
"""

from typing import Any


class GymHTTPError(Exception):
    """The root: `detail` is the sentence for the caller, `evidence` what a program may want of it."""

    def __init__(self, detail: str, **evidence: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.evidence = evidence


class InvalidRequest(GymHTTPError):
    """A body or parameter is not of the declared form; `errors` in the evidence lists the places."""


class BodyTooLarge(InvalidRequest):
    """A body over the limit; `limit` in bytes."""


class KeyReused(InvalidRequest):
    """An idempotency key that came with another request before."""


class InvalidAction(InvalidRequest):
    """An action that its space does not contain; `action` and `space` as they were given."""


class InvalidValue(InvalidRequest):
    """A seed, option or other value that cannot be used."""


class Unauthorized(GymHTTPError):
    """API keys are set, and the call brought none of them."""


class NotCreatable(GymHTTPError):
    """Gymnasium, a wrapper or the environment's constructor refused; the text is its own."""


class NotExact(GymHTTPError):
    """No snapshot mechanism carries the environment exactly, so it is refused; the text says the way out."""


class JournalFull(GymHTTPError):
    """The environment is carried by replaying its calls, and one more would take too long to replay.

    The call was not made. `calls` are in the journal; `seconds` is what their replay is estimated at.
    """


class SnapshotTooLarge(GymHTTPError):
    """The environment's state is over the limit on a snapshot; the instance is as it was. Sizes are in bytes."""


class NotFound(GymHTTPError):
    """What was named does not exist, or is not the caller's."""


class InstanceNotFound(NotFound):
    """No such instance: never created, closed, expired or another owner's."""

    def __init__(self) -> None:
        # The predecessor's exact words: clients compare them.
        super().__init__("Instance not found")


class CheckpointNotFound(NotFound):
    """The instance has no such checkpoint: never made, deleted, or another instance's."""

    def __init__(self) -> None:
        super().__init__("The instance has no such checkpoint.")


class ReplyGone(GymHTTPError):
    """A repeated call was applied when it first came, at `revision`; its reply is no longer remembered."""


class ResetNeeded(GymHTTPError):
    """A call that needs a reset first."""


class NotEncodable(GymHTTPError):
    """A value that the environment gave cannot be sent: it contains itself or is nested too deep."""


class ReplyTooLarge(GymHTTPError):
    """The reply is longer than what carries replies here takes; `limit` in bytes. The instance is unchanged."""


class EnvironmentRaised(GymHTTPError):
    """An exception inside the environment; the instance stays at its last good state."""

    def __init__(self, error: BaseException) -> None:
        name = type(error).__name__
        super().__init__(
            f"The environment raised {name}: {error}; the instance is unchanged.",
            exception=name,
            text=str(error),
        )


class CallTooLong(GymHTTPError):
    """The environment's code ran longer than a call may; the instance stays at its last good state."""


class NotRenderable(GymHTTPError):
    """The instance's render mode does not give what was asked for."""


class Contended(GymHTTPError):
    """Other writers kept winning the compare-and-swap; `retry_after` in seconds."""


class StaleRevision(GymHTTPError):
    """The call was conditional on a revision that is not the current one; `revision` is the current."""


class QuotaExceeded(GymHTTPError):
    """A bound on what one owner may hold is reached."""


class Misconfigured(GymHTTPError):
    """A setting is missing or malformed; the sentence names it."""


class StoreFailed(GymHTTPError):
    """The store did not do as it was asked."""


class StoreUnavailable(StoreFailed):
    """The store cannot be reached, denies access or is failing; a conditional write was not done."""


class OutcomeUnknown(StoreFailed):
    """A conditional write failed in a way that leaves open whether it was done; read it back."""


class SnapshotUnusable(GymHTTPError):
    """A stored snapshot cannot be restored; it is left where it is."""


class SnapshotCorrupt(SnapshotUnusable):
    """The bytes are truncated, forged, or bound to another instance."""


class SnapshotIncompatible(SnapshotUnusable):
    """The snapshot was written by other library versions than these; both are named."""
