"""A worker thread: calls are made on it one after another, so that long ones leave the event loop free."""

import asyncio
import math
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from shared.errors import CallTooLong
from shared.snapshot.isolation.timeout import GRACE_S, within

P = ParamSpec("P")
R = TypeVar("R")

_TURN_S = 0.01  # handing a turn to a worker takes about 0.1 ms


class WorkerThread:
    """One thread. A call that does not come back within its limit is given up, and the thread with it."""

    def __init__(self, name: str, limit: Callable[[], float], turn_s: float = _TURN_S) -> None:
        """`limit` gives the seconds that a call that begins now may take. It has turns of so many seconds."""
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._limit = limit
        self._turn_s = turn_s
        self._stuck: asyncio.Future[Any] | None = None

    @property
    def lost(self) -> bool:
        """Whether a call was given up and has not come back: nothing else can be called here until it does."""
        return self._stuck is not None and not self._stuck.done()

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """See `Thread.run`."""
        result, _ = await self._within(self._limit(), function, *args, **kwargs)
        return result

    async def run_in_turns(self, turns: Generator[None, None, R]) -> R:
        """See `Thread.run_in_turns`."""
        seconds = self._limit()
        while True:
            returned, taken = await self._within(seconds, _turn, turns, self._turn_s)
            if returned:
                return returned[0]
            seconds -= taken

    async def _within(
        self, seconds: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> tuple[R, float]:
        """What the function returns, and how many of the seconds it took."""
        began = math.inf  # the call may have to wait for others on the thread

        def limited() -> tuple[R, float]:
            nonlocal began
            began = time.monotonic()
            return within(seconds, function, *args, **kwargs), time.monotonic() - began

        future = asyncio.get_running_loop().run_in_executor(self._executor, limited)
        if seconds == math.inf:
            return await future
        patience = max(seconds, 0.0) + GRACE_S
        while not (await asyncio.wait((future,), timeout=patience))[0]:
            if time.monotonic() > began + patience:
                self._stuck = future
                raise CallTooLong(
                    "The environment ran longer than a call may (GYM_HTTP_MAX_CALL_SECONDS) and cannot be "
                    "interrupted, so the server is replaced; nothing was changed. Do not repeat this call."
                )
        return future.result()


def _turn(turns: Generator[None, None, R], seconds: float) -> tuple[R] | None:
    """Run the generator for about a turn's time; what it returns, once it does."""
    ends = time.perf_counter() + seconds
    try:
        next(turns)
        while time.perf_counter() < ends:
            next(turns)
    except StopIteration as end:
        return (end.value,)
    return None
