"""The most instances that one owner may have.

Each process counts an owner's instances in the store at most once a minute, and adds and subtracts its own in
between. It does not see what other processes create in that minute, so an owner may exceed the limit by as many.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakValueDictionary

from shared.errors import QuotaExceeded
from shared.session.stored.ending import is_marker
from shared.session.stored.snapshots import Snapshots

_FRESH_S = 60.0
"""How long a count is used while the owner is below the limit."""
_FULL_S = 5.0
"""How long a count is used while the owner is at the limit, so that a close in another process is soon seen."""


@dataclass
class _Count:
    number: int
    made: float
    """`time.monotonic()` of the count."""


class Quota:
    """The numbers of instances of all owners, as this process knows them."""

    def __init__(self, snapshots: Snapshots, limit: float) -> None:
        """`limit` is how many instances one owner may have; `math.inf` counts nothing."""
        self._snapshots = snapshots
        self._limit = limit
        self._counts: dict[str, _Count] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def room(self, owner: str, more: int) -> AsyncIterator[None]:
        """Reserve room for `more` instances; it is given back if the block raises.

        Raises:
            QuotaExceeded: the owner would have more than the limit.
        """
        if math.isinf(self._limit):
            yield
            return
        lock = self._locks.setdefault(owner, asyncio.Lock())
        async with lock:  # of several creations at once, one counts and the others wait for it
            count = await self._current(owner, more)
            if count.number + more > self._limit:
                raise QuotaExceeded(
                    f"You have {min(count.number, self._limit)} environments, and {self._limit} is the most "
                    "(GYM_HTTP_MAX_ENVS); close some, or wait until unused ones expire.",
                    limit=self._limit,
                )
            count.number += more
        try:
            yield
        except BaseException:
            self.release(owner, more)
            raise

    def release(self, owner: str, fewer: int = 1) -> None:
        """Subtract `fewer` from the owner's cached count."""
        count = self._counts.get(owner)
        if count is not None:
            count.number = max(0, count.number - fewer)

    async def _current(self, owner: str, more: int) -> _Count:
        """The cached count, or a new one if that is too old to decide by."""
        count = self._counts.get(owner)
        if count is not None:
            fits = count.number + more <= self._limit
            if time.monotonic() - count.made < (_FRESH_S if fits else _FULL_S):
                return count
        made = time.monotonic()
        count = self._counts[owner] = _Count(await self._count(owner), made)
        return count

    async def _count(self, owner: str) -> int:
        """How many of the owner's instances are alive, counted no further than one above the limit."""
        number = 0
        horizon = self._snapshots.expiry.horizon()
        async for entry in self._snapshots.objects.list(f"state/{owner}/"):
            number += entry.written > horizon and not is_marker(entry)
            if number > self._limit:
                break
        return number
