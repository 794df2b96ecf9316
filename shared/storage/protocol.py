"""What a store is: objects under keys, changed only by compare-and-swap.

Knows nothing of environments, snapshots or HTTP. `shared.storage.testing` checks a store against every rule
stated here.
"""

from collections.abc import AsyncIterator
from enum import Enum
from typing import Final, Literal, NamedTuple, NewType, Protocol

from shared.storage.capabilities import Capabilities

Durability = Literal["process", "power"]
"""What a finished write survives: the end of the process, or a power failure too."""

Tag = NewType("Tag", str)
"""A store's name for one version of one object. Only the store reads it.

Two writes of different bytes under one key never have equal tags. Two writes of the same bytes may: S3's tag is a
digest of the body. A body that must differ from an equal earlier one carries a nonce.
"""


class _Sign(Enum):
    ABSENT = "absent"
    UNCHANGED = "unchanged"


ABSENT: Final = _Sign.ABSENT
"""Expects that there is no object under the key."""

UNCHANGED: Final = _Sign.UNCHANGED
"""Returned by a conditional `get` whose tag is still current."""

Absent = Literal[_Sign.ABSENT]
Unchanged = Literal[_Sign.UNCHANGED]


class Stored(NamedTuple):
    """One version of an object: its bytes and its tag."""

    body: bytes
    tag: Tag


class Entry(NamedTuple):
    """One object in a listing."""

    key: str
    written: float
    """Time of the last write by the store's clock, in seconds since the epoch."""
    size: int
    """Length of the body in bytes."""


class Conflict(Exception):
    """The object is not as expected, **or** this very write was done and its reply lost.

    Something between the caller and the store may have sent the request twice, and the second one then conflicts
    with the first. So a conflict alone never proves that nothing was written: read the object back before
    writing again.
    """

    def __init__(self, detail: str = "", *, sent_once: bool = False) -> None:
        super().__init__(detail)
        self.sent_once = sent_once
        """Whether the store knows that it sent this write once and was answered: then the write was not done.

        A proxy that repeats requests on its own takes this certainty away.
        """


class Store(Protocol):
    """Objects under keys. Calls are safe from several tasks, threads, event loops and processes at once.

    A key is 1 to 900 bytes of UTF-8 without control characters and backslashes (SeaweedFS reads one as a slash).
    Its segments, separated by `/`, have at most 250 bytes, and none is empty, `.` or `..`.

    Opening a store does not contact it; the first call does. Every method raises `StoreUnavailable` when the
    store cannot be reached, denies access or fails.

    A call never holds the event loop for longer than some tens of microseconds: a store whose client blocks on a
    network calls it in a thread, unless it was told to hold the loop, by `Capabilities.hold_loop`. A store that is
    near, which its `capabilities` say, does not suspend in `get` and `delete`, which costs a coroutine 0.3 us, and
    in `put` at most until the end of the loop's turn, for what it writes together with others. That is written
    though its caller is cancelled.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What the store can do. Known without contact, and constant once the store is used."""

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """The object's current version; `UNCHANGED` if its tag is `unless`; None if there is no object."""

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """Write the object in one atomic compare-and-swap and return its new tag.

        `expect` is the tag that the object must still have, `ABSENT` if there must be no object, or None to
        write unconditionally. The store never repeats a conditional write that may
        already have been done.

        Raises:
            Conflict: the object is not as expected, or this very write was done before (see `Conflict`).
            OutcomeUnknown: a conditional write failed, and whether it was done is not known.
        """

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        """Remove the object, if there is one. With `expect`, only if its tag is still that.

        `expect` is given to stores alone whose capabilities say that they delete conditionally.

        Raises:
            Conflict: the object has another tag or is missing, or this very delete was done before.
            OutcomeUnknown: a conditional delete failed, and whether it was done is not known.
        """

    def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        """Every object under `prefix`, once. A prefix is whole segments, each with its `/`, or empty for all.

        With `after`, which is longer than the prefix and begins with it, only what comes behind that key in this
        store's order, whether there is an object under it or not.

        Keys that are equal up to their last `/` come in the order of their UTF-8 bytes, and those that begin with
        the same segments come together. The order of `a/b` and `a-b` is the store's own: S3 compares bytes there
        too, SeaweedFS compares `a` to `a-b`; so is, whether `a/b` comes behind `a`. An object that
        is written or deleted during the listing may be in it or not. Other tasks get a turn within a long one.
        """

    async def close(self) -> None:
        """Release connections. The store is not used afterwards."""


async def read(store: Store, key: str) -> bytes | None:
    """The object's bytes; None if there is no object."""
    stored = await store.get(key)
    return stored.body if isinstance(stored, Stored) else None
