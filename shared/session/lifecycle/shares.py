"""A few turns at once, shared out among owners."""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_Waiting = deque[asyncio.Future[None]]


class Shares:
    """Turns of which so many are under way at once.

    The last free one is kept for an owner who has none. Owners who wait are served by turns, whatever each of
    them has asked for.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._under_way: Counter[str] = Counter()
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()

    @asynccontextmanager
    async def turn(self, owner: str) -> AsyncIterator[None]:
        """Run the block in one of the owner's turns."""
        await self._taken(owner)
        try:
            yield
        finally:
            self._give_back(owner)

    async def _taken(self, owner: str) -> None:
        if self._may(owner) and owner not in self._waiting:
            self._take(owner)
            return
        granted = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(owner, deque()).append(granted)
        try:
            await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled():
                self._give_back(owner)
            else:
                self._leave(owner, granted)
            raise

    def _may(self, owner: str) -> bool:
        return self._free > (1 if self._under_way[owner] else 0)

    def _take(self, owner: str) -> None:
        self._free -= 1
        self._under_way[owner] += 1

    def _give_back(self, owner: str) -> None:
        self._free += 1
        self._under_way[owner] -= 1
        if not self._under_way[owner]:
            del self._under_way[owner]
        self._serve()

    def _serve(self) -> None:
        """Give free turns to those who wait: first to who waited since the last turn of theirs."""
        for owner in [*self._waiting]:
            # One that was cancelled in this turn of the event loop leaves by itself.
            granted = next((each for each in self._waiting[owner] if not each.cancelled()), None)
            if granted is not None and self._may(owner):
                self._leave(owner, granted)
                if owner in self._waiting:
                    self._waiting.move_to_end(owner)
                self._take(owner)
                granted.set_result(None)

    def _leave(self, owner: str, granted: asyncio.Future[None]) -> None:
        self._waiting[owner].remove(granted)
        if not self._waiting[owner]:
            del self._waiting[owner]
