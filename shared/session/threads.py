"""On which thread an environment lives. It is made, called, restored and closed there, for life.

Short calls are made on the event loop itself: handing a 10 µs step to a thread costs ten times the step.
A kind of environment whose calls turn out longer is made on a worker from then on; the live one on the loop
is dropped, since it is only a cache, and restored there.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any, ParamSpec, Protocol, TypeVar

from shared.snapshot.mechanism import Home

P = ParamSpec("P")
R = TypeVar("R")

LONG_CALL_S = 0.001
"""A mean above this is too long for the event loop."""

_WEIGHT = 0.1
_WORKERS = 4


class Thread(Protocol):
    """A place where calls are made one after another."""

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function there and return what it returns."""


class _Loop:
    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)


class _Pinned:
    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: function(*args, **kwargs))


class Threads:
    """Every thread on which this process keeps environments."""

    def __init__(self) -> None:
        self._loop = _Loop()
        self._graphics = _Pinned("graphics")
        self._workers = cycle([_Pinned(f"worker-{number}") for number in range(_WORKERS)])
        self._mean_s: dict[Any, float] = {}

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
        """Take one call's duration into the kind's mean; one slow import does not move an environment."""
        mean = self._mean_s.get(kind, 0.0)
        self._mean_s[kind] = mean + _WEIGHT * (min(seconds, 5 * LONG_CALL_S) - mean)

    def _too_long(self, kind: object) -> bool:
        return self._mean_s.get(kind, 0.0) > LONG_CALL_S
