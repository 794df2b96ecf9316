"""The header of a snapshot: everything about an instance that can be told without its environment."""

import msgspec

from shared.errors import StaleRevision
from shared.session.stored.progress import Progress
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe

CALL_ID_BYTES = 8
RECENT_CALLS = 32
"""How many calls a header remembers. A write of unknown outcome is looked up among them."""
OLDER_IDS = (RECENT_CALLS - 1) * CALL_ID_BYTES
"""Bytes of the ids that are remembered beside that of a new call."""


class KeyedCall(msgspec.Struct, frozen=True, array_like=True):
    """One applied call that had an idempotency key. Append-only, as `Header`."""

    revision: int
    """The revision that the call made."""
    key: bytes
    """Digest of the key."""
    body: bytes
    """Digest of the request that the key came with."""
    reply: bytes | None
    """The packed reply; None if it did not fit the budget."""


class Turn(msgspec.Struct, frozen=True, array_like=True):
    """The next write to an instance is kept for one call; see `stored.turns`. Append-only, as `Header`."""

    call_id: bytes
    seconds: float
    """How long the others wait for it."""


UNREPLAYABLE_US = 1 << 40
"""In `Log.replay_us`: the state follows from no calls, so the next segment has to have a keyframe."""


class Log(msgspec.Struct, frozen=True, array_like=True):
    """What an instance that records its calls holds of its log: the tail, and where the rest is.

    Append-only, as `Header`.
    """

    birth: str
    """Tells apart the lives of one instance id, and a log from one that was begun anew."""
    tail: bytes = b""
    """The entries that are in no segment yet; see `record.entries`. Each revision after `after` has one."""
    after: int = 0
    """The revision of the last segment; before the first segment, that at which the log begins."""
    previous: bytes = b""
    """The digest of the last segment; empty if there is none."""
    keyframe: int = -1
    """The revision of the last segment that has a keyframe; -1 if there is none."""
    replay_us: int = 0
    """Microseconds that it takes to make the calls since that keyframe again."""
    until: int = -1
    """The last recorded revision, where recording was switched off since; -1 while it is on.

    Where it was switched on again, it stands here until the next segment, and `replay_us` says so.
    """

    tally: bytes = b""
    """How far the environments had come in their episodes at the last segment; see `record.tally`."""
    ended: bytes = b""
    """In a segment: the episodes that ended in its part."""

    @property
    def on(self) -> bool:
        """Whether calls are recorded."""
        return self.until < 0 or self.replay_us >= UNREPLAYABLE_US


class Header(msgspec.Struct, frozen=True, array_like=True):
    """The header of an instance or a checkpoint. Times are seconds since the epoch.

    Append-only, and so is every structure within it that is stored as an array: a field is known by its place
    alone. A new field goes to the end and has a default. An object written before it reads as that default; a
    server that does not know the field skips it, and drops it at its next write. Every other change is a new
    version of the envelope, with a line in `envelope.OLDER_VERSIONS`.
    """

    owner: str
    instance_id: str
    recipe: Recipe
    mechanism: str
    libraries: dict[str, str]
    """Versions of the distributions that the body depends on."""
    cpu: str
    """The processor features by which NumPy chose its loops; the last bit of `exp` differs between them."""
    created: float
    used: float
    """Time of the last successful write; never decreases, whatever the hosts' clocks say."""
    revision: int
    """Number of writes to the instance; never decreases."""
    nonce: bytes
    """Random: no two writes are equal, so a store may use a digest of the object as its tag."""
    progress: Progress
    recent: bytes = b""
    """Ids of the last calls, 8 bytes each: the last of them made `revision`, the one before it `revision - 1`."""
    keyed: tuple[KeyedCall, ...] = ()
    """Those of the recent calls that had an idempotency key."""
    body_digest: bytes = b""
    """SHA-256 of the body, set when the snapshot is sealed."""
    checkpoint_id: str = ""
    """Empty for an instance. For a checkpoint `created` is the time of the checkpoint."""
    checkpoint_name: str = ""
    origin: tuple[str, int] | None = None
    """Of a fork: the instance that was forked, and its revision at that time."""
    reseed: tuple[int, int] | None = None
    """Entropy and spawn key of the `SeedSequence` that reseeds the generators before the next call."""
    made_by: bytes = b""
    """Digest of the request that created this, if it had an idempotency key."""
    drawn_seed: int | None = None
    """The seed of the first reset where neither it nor the creation brings one, so that it can be told."""
    turn: Turn | None = None
    """The call that is served next. Every call's write drops it."""
    digests: dict[str, str] = {}
    """By `DISTRIBUTION VERSION`: of what NumPy computes, and of the files of packages in pure Python.

    Other versions with the same digest continue the snapshot.
    """
    log: Log | None = None
    """The log of an instance that records its calls, or has; a checkpoint has none."""
    name: str = ""
    """What people call the recording of the instance."""

    @property
    def reference(self) -> Reference:
        """The instance or checkpoint that this is the header of."""
        return Reference(self.owner, self.instance_id, self.checkpoint_id)


def revision_made(header: Header, call_id: bytes) -> int | None:
    """The revision that the call made; None if it is not among the recent calls."""
    recent = header.recent
    for later, end in enumerate(range(len(recent), 0, -CALL_ID_BYTES)):
        if recent[end - CALL_ID_BYTES : end] == call_id:
            return header.revision - later
    return None


Expected = int | frozenset[int] | None
"""The revision, or one of the revisions, that a conditional call expects; None expects nothing."""


def check_revision(header: Header, expected: Expected) -> None:
    """Check the revision that a conditional call expects.

    Raises:
        StaleRevision: the instance is at another revision.
    """
    if expected is None:
        return
    revisions = {expected} if isinstance(expected, int) else expected
    if header.revision not in revisions:
        told = " or ".join(map(str, sorted(revisions)))
        raise StaleRevision(
            f"The instance is at revision {header.revision}, not {told}; read it and decide again.",
            revision=header.revision,
        )
