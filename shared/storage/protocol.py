"""What a store is: objects under keys, changed only by compare-and-swap.

Knows nothing of environments, snapshots or HTTP. Every store passes the one suite in
`tests/shared/storage/`.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Final, Literal, NamedTuple, NewType, Protocol

Tag = NewType("Tag", str)
"""A store's own name for one version of one object, private to the store.

Never equal for two writes of different bytes under one key. For the same bytes it may be, as in S3, whose tag
is a digest of the body: a body that must be told from its earlier equals carries a nonce.
"""


class _Sign(Enum):
    ABSENT = "absent"
    UNCHANGED = "unchanged"


ABSENT: Final = _Sign.ABSENT
"""The expectation that no object stands under the key."""

UNCHANGED: Final = _Sign.UNCHANGED
"""The answer to a conditional `get` whose tag is still the current one."""

Absent = Literal[_Sign.ABSENT]
Unchanged = Literal[_Sign.UNCHANGED]


class Stored(NamedTuple):
    """One version of an object: its bytes and the tag that names it."""

    body: bytes
    tag: Tag


class Entry(NamedTuple):
    """One line of a listing; `written` is the time of the last write in seconds since the epoch."""

    key: str
    written: float
    size: int


class Conflict(Exception):
    """The object is not as expected, **or** the write was done and its reply lost.

    A retried conditional request reports a conflict with its own success, so a conflict alone never
    proves that nothing was written: read the object back before writing again.
    """


class Store(Protocol):
    """Objects under keys. Blocking, safe to call from several threads and processes at once.

    A key is text of 1 to 900 bytes of UTF-8 without control characters and backslashes (SeaweedFS takes one
    for a slash), in segments of at most 250 bytes parted by `/`, of which none is empty, `.` or `..`.
    Opening a store makes no contact with it; the first call does.

    Every method raises `StoreUnavailable` when the store cannot be reached, denies access or fails.
    """

    brief: bool
    """Whether a call takes microseconds, so that it may be made on an event loop."""

    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """The object's current version; `UNCHANGED` if its tag is `unless`; None if there is none."""

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """Write the object in one atomic compare-and-swap and return its new tag.

        `expect` is the tag that the object must still have, `ABSENT` if there must be none, or None to
        write whatever stands there.

        Raises:
            Conflict: the object is not as expected, or this very write was already done (see `Conflict`).
            OutcomeUnknown: a conditional write failed in a way that leaves open whether it was done.
        """

    def delete(self, key: str, expect: Tag | None = None) -> bool:
        """Remove the object; True if there was one. With `expect`, only if its tag is still that.

        Of several deletes without `expect` at once, more than one may be told True.

        Raises:
            Conflict: the object has another tag or is missing, or this very delete was already done.
            OutcomeUnknown: a conditional delete failed in a way that leaves open whether it was done.
        """

    def list(self, prefix: str) -> Iterator[Entry]:
        """Every object whose key starts with `prefix`, once.

        Keys that are alike up to their last `/` come in the order of their UTF-8 bytes. How `a/b` stands to
        `a-b` is the store's own: S3 compares bytes there too, SeaweedFS compares `a` to `a-b`. An object
        that comes or goes during the listing may be in it or not.
        """

    def reclaim(self) -> int:
        """Give a part of the room of deleted objects back, within milliseconds; how much there is still to do."""

    def close(self) -> None:
        """Release connections; the store is not used afterwards."""
