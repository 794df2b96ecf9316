"""On which thread an environment lives. It is made, called, restored and closed there.

Short calls are made on the event loop itself: handing a 10 µs step to a thread costs ten times the step.
A kind of environment whose calls turn out longer is made on a worker from then on, and on the loop again once they
have been short for long. A live one in the wrong place is dropped, since it is only a cache, and restored there;
but where its libraries keep nothing by thread (`Home.EITHER`), it goes on from the other one as it is.
"""

import asyncio
import math
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from typing import Any, ParamSpec, Protocol, TypeVar

from shared.errors import CallTooLong
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.isolation.timeout import GRACE_S, within

P = ParamSpec("P")
R = TypeVar("R")

LONG_CALL_S = 0.001
"""Calls that take longer on average are too long for the event loop."""

_SHORT_CALL_S = LONG_CALL_S / 2
_TO_WORKER_S, _TO_LOOP_S = 0.02, 0.05
"""A kind moves when its calls have come to so many seconds more, or less, than they might."""

_MOST_COUNTED_S = 0.006
"""One call counts for no more: a slow import is not to move a kind, nor a moment in which the machine is busy."""

_WORKERS = 4
_WORKERS_TURN_S = 0.01  # handing a turn to a worker takes about 0.1 ms
_TRIALS = 2


class Thread(Protocol):
    """A place where calls are made one after another."""

    @property
    def lost(self) -> bool:
        """Whether a call there has been given up and has not come back: nothing else can be made there."""

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function there and return what it returns.

        Raises:
            CallTooLong: an environment's code ran longer than a call may.
        """

    async def run_in_turns(self, turns: Generator[None, None, R]) -> R:
        """Run the generator there and return what it returns; where it yields, others may have a turn."""


class CallLimit:
    """How long an environment's code may run in one call."""

    def __init__(self, seconds: float = math.inf) -> None:
        self._seconds = seconds
        self._over_at = math.inf

    def end(self, seconds: float) -> None:
        """Let every call be over in so many seconds. For a process with one request at a time, as on Lambda."""
        self._over_at = time.monotonic() + seconds

    def seconds(self) -> float:
        """For a call that begins now."""
        return self._seconds if self._over_at == math.inf else min(self._seconds, self.left())

    def left(self) -> float:
        """How long until everything has to be over."""
        return self._over_at - time.monotonic()


class _Loop:
    lost = False

    def __init__(self, limit: CallLimit) -> None:
        self._limit = limit

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return within(self._limit.seconds(), function, *args, **kwargs)

    async def run_in_turns(self, turns: Generator[None, None, R]) -> R:
        seconds = self._limit.seconds()
        while True:
            began = time.monotonic()
            returned = within(seconds, _turn, turns, 0.0)
            if returned:
                return returned[0]
            seconds -= time.monotonic() - began
            await asyncio.sleep(0)


class _Pinned:
    def __init__(self, name: str, limit: CallLimit) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._limit = limit
        self._stuck: asyncio.Future[Any] | None = None

    @property
    def lost(self) -> bool:
        return self._stuck is not None and not self._stuck.done()

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        result, _ = await self._within(self._limit.seconds(), function, *args, **kwargs)
        return result

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

    async def run_in_turns(self, turns: Generator[None, None, R]) -> R:
        seconds = self._limit.seconds()
        while True:
            returned, taken = await self._within(seconds, _turn, turns, _WORKERS_TURN_S)
            if returned:
                return returned[0]
            seconds -= taken


class Placement:
    """Every thread on which this process keeps environments."""

    def __init__(self, limit: CallLimit) -> None:
        self.limit = limit
        self._loop = _Loop(limit)
        self._graphics = _Pinned("graphics", limit)
        self._workers = cycle([_Pinned(f"worker-{number}", limit) for number in range(_WORKERS)])
        self._trials = cycle([_Pinned(f"trial-{number}", CallLimit()) for number in range(_TRIALS)])
        self._long: dict[object, bool] = {}
        """Whether a kind's calls are too long for the event loop, once they have shown otherwise than expected."""
        self._against: dict[object, float] = {}
        """By how many seconds the calls of a kind spoke against where it is now."""

    def worker(self) -> Thread:
        """The next of the worker threads, one that is not lost as long as there is any."""
        for worker in islice(self._workers, _WORKERS):
            if not worker.lost:
                break
        return worker

    def trial(self) -> Thread:
        """A thread for what takes seconds and has a limit of its own."""
        return next(self._trials)

    def home(self, kind: object, home: Home) -> Thread:
        """The thread for the calls of a new live environment of the kind, which its mechanism places at `home`."""
        if home is Home.GRAPHICS:
            return self._graphics
        return self.worker() if home is Home.WORKER or self._is_long(kind, home) else self._loop

    def restorer(self, thread: Thread, home: Home) -> Thread:
        """Where an environment that lives on the thread is restored."""
        return self.worker() if home is Home.EITHER and thread is self._loop else thread

    def beside_loop(self, home: Home) -> Thread:
        """A thread for an environment that takes its time whatever its calls take otherwise."""
        return self._graphics if home is Home.GRAPHICS else self.worker()

    def misplaced(self, thread: Thread, kind: object, home: Home) -> bool:
        """Whether an environment that lives on the thread should be elsewhere by now."""
        moves = home is Home.LOOP or home is Home.EITHER
        return moves and (thread is self._loop) is self._is_long(kind, home)

    def note(self, kind: object, home: Home, seconds: float) -> None:
        """Take note of how long one call took on its thread.

        What counts is the mean of late: a reset takes a millisecond where a step takes a twentieth. Where calls
        take about as long as may be, a kind stays where it is, for a move may cost a restore.
        """
        counted, long = min(seconds, _MOST_COUNTED_S), self._is_long(kind, home)
        against = self._against.get(kind, 0.0) + (_SHORT_CALL_S - counted if long else counted - LONG_CALL_S)
        if against <= 0:
            self._against.pop(kind, None)
        elif against < (_TO_LOOP_S if long else _TO_WORKER_S):
            self._against[kind] = against
        else:
            self._against.pop(kind, None)
            self._long[kind] = not long

    def _is_long(self, kind: object, home: Home) -> bool:
        return self._long.get(kind, home is Home.EITHER)


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
