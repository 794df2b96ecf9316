"""On which thread an environment lives. It is made, called, restored and closed there, for life.

Short calls are made on the event loop itself: handing a 10 µs step to a thread costs ten times the step.
A kind of environment whose calls turn out longer is made on a worker from then on; the live one on the loop
is dropped, since it is only a cache, and restored there.
"""

import asyncio
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import ParamSpec, Protocol, TypeVar

from shared.snapshot.mechanism import Home

P = ParamSpec("P")
R = TypeVar("R")

LONG_CALL_S = 0.001
"""A call above this is too long for the event loop."""

_IN_A_ROW = 4
_WORKERS = 4
_WORKERS_TURN_S = 0.01  # handing a turn to a worker takes about 0.1 ms


class Thread(Protocol):
    """A place where calls are made one after another."""

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function there and return what it returns."""

    async def run_in_turns(self, turns: Generator[None, None, R]) -> R:
        """Run the generator there and return what it returns; where it yields, others may have a turn."""


class _Loop:
    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    async def run_in_turns(self, turns: Generator[None, None, R]) -> R:
        while not (returned := _turn(turns, 0.0)):
            await asyncio.sleep(0)
        return returned[0]


class _Pinned:
    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: function(*args, **kwargs))

    async def run_in_turns(self, turns: Generator[None, None, R]) -> R:
        while not (returned := await self.run(_turn, turns, _WORKERS_TURN_S)):
            pass
        return returned[0]


class Threads:
    """Every thread on which this process keeps environments."""

    def __init__(self) -> None:
        self._loop = _Loop()
        self._graphics = _Pinned("graphics")
        self._workers = cycle([_Pinned(f"worker-{number}") for number in range(_WORKERS)])
        self._long: set[object] = set()
        self._against: dict[object, int] = {}
        """How many calls of a kind in a row spoke against where the kind is now."""

    def worker(self) -> Thread:
        """The next of the worker threads."""
        return next(self._workers)

    def home(self, kind: object, home: Home) -> Thread:
        """The thread for a new live environment of the kind, which its mechanism places at `home`."""
        if home is Home.GRAPHICS:
            return self._graphics
        return self.worker() if home is Home.WORKER or self._too_long(kind) else self._loop

    def misplaced(self, thread: Thread, kind: object) -> bool:
        """Whether an environment that lives on the thread should not be on the event loop any more."""
        return thread is self._loop and self._too_long(kind)

    def note(self, kind: object, seconds: float) -> None:
        """Take note of how long one call took on its thread.

        Only calls in a row move a kind: a mean would be moved by one slow import, or by a busy machine.
        """
        if (seconds > LONG_CALL_S) is self._too_long(kind):
            self._against.pop(kind, None)
            return
        self._against[kind] = self._against.get(kind, 0) + 1
        if self._against[kind] >= _IN_A_ROW:
            del self._against[kind]
            self._long ^= {kind}

    def _too_long(self, kind: object) -> bool:
        return kind in self._long


def _turn(turns: Generator[None, None, R], seconds: float) -> tuple[R] | None:
    """Run the generator for about so long; what it returns, once it does."""
    ends = time.perf_counter() + seconds
    try:
        next(turns)
        while time.perf_counter() < ends:
            next(turns)
    except StopIteration as end:
        return (end.value,)
    return None
