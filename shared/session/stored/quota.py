"""How many instances an owner may have, counted without a list of all of them at every creation.

Ids are random, so the entries of a random slice of them tell how many there are in all: one page of a listing is
enough while an owner is far from the limit. Near it they are counted one by one, and a count is good for a while.
Of what other processes make in that time this one does not know: by so many an owner may get above the limit.
"""

import asyncio
import math
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.errors import QuotaExceeded
from shared.session.stored.snapshots import Snapshots

_SLICE = 1000
"""About how many entries a slice has when the limit is reached."""

_FRESH_S = 60.0
_FULL_S = 5.0
"""For how long an owner who has reached the limit is refused without being counted again."""


@dataclass
class _Count:
    number: int
    exact: bool
    """Else `number` is one that the true one is almost certainly below."""
    made: float


class Quota:
    """The owners' numbers of instances, as this process knows them."""

    def __init__(self, snapshots: Snapshots, most: float) -> None:
        """`most` is how many one owner may have; infinite for no limit."""
        self._snapshots = snapshots
        self._most = most
        self._digits = 0 if math.isinf(most) else max(0, math.ceil(math.log(max(most, 1) / _SLICE, 16)))
        self._counts: dict[str, _Count] = {}
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def room(self, owner: str, more: int) -> AsyncIterator[None]:
        """Room for so many more instances, given back if the block that makes them fails.

        Raises:
            QuotaExceeded: the owner would have more than the limit.
        """
        if math.isinf(self._most):
            yield
            return
        async with self._lock:
            count = await self._counted(owner, more)
            if count.number + more > self._most:
                raise QuotaExceeded(
                    f"You have {min(count.number, self._most)} environments, and {self._most} is the most "
                    "(GYM_HTTP_MAX_ENVS); close some, or wait until those that are not used expire.",
                    limit=self._most,
                )
            count.number += more
        try:
            yield
        except BaseException:
            self.release(owner, more)
            raise

    def release(self, owner: str, fewer: int = 1) -> None:
        """Take note that the owner has so many fewer."""
        count = self._counts.get(owner)
        if count is not None:
            count.number = max(0, count.number - fewer)

    async def _counted(self, owner: str, more: int) -> _Count:
        """A count that is good enough to decide by."""
        count = self._counts.get(owner)
        age = math.inf if count is None else time.monotonic() - count.made
        if count is not None and age < _FRESH_S:
            fits = count.number + more <= self._most
            if fits or (count.exact and age < _FULL_S):
                return count
        count = self._counts[owner] = await self._count(owner, more)
        return count

    async def _count(self, owner: str, more: int) -> _Count:
        made = time.monotonic()
        if self._digits:
            # A slice chosen anew each time: a client who picks ids, by picking keys, cannot keep out of all.
            chosen = secrets.token_hex(self._digits)[: self._digits]
            seen = await self._alive(f"state/{owner}/{chosen}")
            # Six standard deviations of a Poisson distribution above, and some more where there are few.
            bound = math.ceil((seen + 6 * math.sqrt(seen + 1) + 6) * 16**self._digits)
            if bound + more <= self._most:
                return _Count(bound, False, made)
        return _Count(await self._alive(f"state/{owner}/"), True, made)

    async def _alive(self, prefix: str) -> int:
        """How many under the prefix have not expired, counted no further than one above the limit."""
        horizon = time.time() - self._snapshots.idle_ttl_s
        number = 0
        async for entry in self._snapshots.objects.entries(prefix):
            number += entry.written > horizon
            if number > self._most:
                break
        return number
