"""When the recorded calls of an instance are over: it is closed for long, or its log was begun anew."""

from shared.errors import InstanceNotFound, SnapshotUnusable
from shared.session.record.beside import folder_of
from shared.session.record.segments import END
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Snapshots
from shared.storage.protocol import Entry

LEFT_S = 3600.0
"""A living instance's other logs that are younger stay: their instance may have been closed this moment."""

_LAST = "9" * 16
"""Behind the name of every segment, and before that of the end."""


class Logs:
    """The logs of one store, as a sweep sees them."""

    def __init__(self, snapshots: Snapshots, began: float, ttl_s: float) -> None:
        """`began` is the store's time when the sweep began, and a closed instance's log lives for `ttl_s`."""
        self._snapshots = snapshots
        self._began = began
        self._ttl_s = ttl_s

    async def is_over(self, reference: Reference, birth: str, first: Entry, is_alive: bool | None) -> bool:
        """Whether the log of this birth is to be deleted; `first` is the first object of it.

        `is_alive` says whether the instance was listed as living; None if it was not listed.
        """
        if is_alive is not False and await self._lives(reference, birth):
            return False
        folder = folder_of(reference, birth)
        behind = await anext(self._snapshots.objects.list(folder, f"{folder}{_LAST}"), None)
        ended = behind if behind is not None and behind.key == f"{folder}{END}" else None
        if ended is not None:
            return ended.written < self._began - self._ttl_s
        return first.written < self._began - (min(LEFT_S, self._ttl_s) if is_alive else self._ttl_s)

    async def _lives(self, reference: Reference, birth: str) -> bool:
        """Whether it is the log of the instance as it is now, or nobody can tell."""
        try:
            header = await self._snapshots.header(reference)
        except InstanceNotFound:
            return False
        except SnapshotUnusable:
            return True
        return header.log is not None and header.log.birth == birth
