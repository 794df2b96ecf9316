"""The most instances that one owner may have, and the most bytes that they and their checkpoints may take.

Each process counts what an owner has in the store at most once a minute, and adds and subtracts its own in
between. It does not see what other processes create in that minute, nor how snapshots grow by steps, so an owner
may exceed the limits by as much.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple
from weakref import WeakValueDictionary

import msgspec

from shared.errors import QuotaExceeded
from shared.session.inventory.by_instance import BEHIND_ALL, ByInstance
from shared.session.record.beside import PREFIX as HISTORY
from shared.session.stored.ending import is_marker
from shared.session.stored.snapshots import Snapshots

_FRESH_S = 60.0
"""How long a count is used while the owner is below the limits."""
_FULL_S = 5.0
"""How long a count is used while the owner is at a limit, so that a close in another process is soon seen."""


class Amount(NamedTuple):
    """Something of what an owner may have."""

    envs: int = 0
    size: int = 0
    """Bytes of snapshots, those of checkpoints and of recorded calls included."""


class _Count(msgspec.Struct):
    envs: int
    size: int
    made: float
    """`time.monotonic()` of the count."""

    def add(self, amount: Amount) -> None:
        self.envs += amount.envs
        self.size += amount.size

    def subtract(self, amount: Amount) -> None:
        self.envs = max(0, self.envs - amount.envs)
        self.size = max(0, self.size - amount.size)


class Quota:
    """What all owners have, as this process knows it."""

    def __init__(self, snapshots: Snapshots, most_envs: float = math.inf, most_bytes: float = math.inf) -> None:
        """What one owner may have; `math.inf` counts nothing."""
        self._snapshots = snapshots
        self._most_envs = most_envs
        self._most_bytes = most_bytes
        self._counts: dict[str, _Count] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def room(self, owner: str, more: Amount) -> AsyncIterator[None]:
        """Reserve room for `more`; it is given back if the block raises.

        Raises:
            QuotaExceeded: the owner would have more than a limit.
        """
        if math.isinf(self._most_envs) and math.isinf(self._most_bytes):
            yield
            return
        lock = self._locks.setdefault(owner, asyncio.Lock())
        async with lock:  # of several creations at once, one counts and the others wait for it
            count = await self._current(owner, more)
            self._check(count, more)
            count.add(more)
        try:
            yield
        except BaseException:
            self.release(owner, more)
            raise

    def release(self, owner: str, less: Amount) -> None:
        """Subtract what the owner no longer has from the cached count."""
        count = self._counts.get(owner)
        if count is not None:
            count.subtract(less)

    def _check(self, count: _Count, more: Amount) -> None:
        if more.envs and count.envs + more.envs > self._most_envs:
            raise QuotaExceeded(
                f"You have {min(count.envs, self._most_envs)} environments, and {self._most_envs} is the most "
                "(GYM_HTTP_MAX_ENVS); close some, or wait until unused ones expire.",
                limit=self._most_envs,
            )
        if count.size + more.size > self._most_bytes:
            raise QuotaExceeded(
                f"Your environments, checkpoints and histories take at least {count.size} bytes, this would add "
                f"{more.size}, and {self._most_bytes} is the most (GYM_HTTP_MAX_STORED_BYTES); close some, delete "
                "checkpoints or histories, or wait until unused ones expire.",
                limit=self._most_bytes,
                size=more.size,
            )

    def _fits(self, count: _Count, more: Amount) -> bool:
        return count.envs + more.envs <= self._most_envs and count.size + more.size <= self._most_bytes

    def _fresh_s(self, count: _Count, more: Amount) -> float:
        return _FRESH_S if self._fits(count, more) else _FULL_S

    async def _current(self, owner: str, more: Amount) -> _Count:
        """The cached count, or a new one if that is too old to decide by."""
        count = self._counts.get(owner)
        if count is not None and time.monotonic() - count.made < self._fresh_s(count, more):
            return count
        count = self._counts[owner] = await self._counted(owner)
        return count

    async def _counted(self, owner: str) -> _Count:
        """What the owner's living instances come to, counted no further than just above a limit."""
        count = _Count(0, 0, time.monotonic())
        horizon = self._snapshots.expiry.horizon()
        states = ByInstance(self._snapshots.objects, "state/", owner)
        await states.advance()
        checkpoints = None
        if not math.isinf(self._most_bytes):
            checkpoints = ByInstance(self._snapshots.objects, "checkpoints/", owner)
            await checkpoints.advance()
        while states.instance_id != BEHIND_ALL:
            is_alive = states.entry.written > horizon and not is_marker(states.entry)
            if is_alive:
                count.add(Amount(1, states.entry.size))
            while checkpoints is not None and checkpoints.instance_id <= states.instance_id:
                if is_alive and checkpoints.instance_id == states.instance_id:
                    count.add(Amount(0, checkpoints.entry.size))
                await checkpoints.advance()
            if not self._fits(count, Amount()):
                return count
            await states.advance()
        if not math.isinf(self._most_bytes):
            async for entry in self._snapshots.objects.list(f"{HISTORY}{owner}/"):
                count.add(Amount(0, entry.size))
                if not self._fits(count, Amount()):
                    break
        return count
