"""The store's time, by which everything expires and is deleted, whatever the clock of this host says.

Hosts that share a store disagree by minutes now and then. A listing tells when each object was written by the
store's clock, and only that can be compared with it: a sweep by a clock ten minutes ahead deletes index entries
and checkpoints of instances that are being made.
"""

import time

from shared.errors import StoreUnavailable
from shared.storage.protocol import Store

_FOLDER = "clock/"
_KEY = f"{_FOLDER}now"

_WHOLE_SECONDS_S = 2.0
"""S3 tells times in whole seconds. A difference that small is none."""


class StoreClock:
    """The time of one store. Until it was read, this host's clock stands for it."""

    def __init__(self, objects: Store) -> None:
        self._objects = objects
        self.ahead_s = 0.0
        """Seconds by which the store's clock is ahead of this host's, as far as is known here."""

    def now(self) -> float:
        """The store's time, as far as it is known here; seconds since the epoch."""
        return time.time() + self.ahead_s

    async def read(self) -> float:
        """Ask the store for its time: that of an object which is written for it.

        What is written to the store from now on has this time or a later one.

        Raises:
            StoreUnavailable: the store fails, or does not list what was just written.
        """
        asked = time.time()
        await self._objects.put(_KEY, b"")
        answered = time.time()
        written = [entry.written async for entry in self._objects.list(_FOLDER) if entry.key == _KEY]
        if not written:
            raise StoreUnavailable(
                "The store does not list an object that was just written to it, so nothing can be deleted by its "
                "age; use a store whose listings are current."
            )
        ahead_s = written[0] - (asked + answered) / 2
        self.ahead_s = 0.0 if abs(ahead_s) < _WHOLE_SECONDS_S + (answered - asked) else ahead_s
        return written[0]
