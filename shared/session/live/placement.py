"""On which thread an environment lives. It is made, called, restored and closed there.

Short calls are made on the event loop itself: handing a 10 µs step to a thread costs ten times the step. A kind
of environment whose calls turn out longer moves to a worker thread, and back once they have been short for long.
A kind that a client has put together, of arguments, wrappers and numbers, begins on a worker.
A live one in the wrong place is dropped, since it is only a cache, and restored in the right one. Where its
libraries keep nothing by thread (`Home.EITHER`), it goes on from the other thread as it is.

What counts is how long a call kept its thread. On a busy machine the clock goes on while a thread waits for a
processor: a step of 50 µs then seems to take milliseconds now and then.
"""

import asyncio
import math
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from functools import partial
from itertools import cycle, islice
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from shared.session.live.kind import Kind
from shared.session.live.worker import WorkerThread
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.isolation.timeout import within

if TYPE_CHECKING:
    from resource import struct_rusage

P = ParamSpec("P")
R = TypeVar("R")

LONG_CALL_S = 0.001
"""Calls that take longer on average are too long for the event loop."""

_SHORT_CALL_S = LONG_CALL_S / 2
_TO_WORKER_S, _TO_LOOP_S = 0.02, 0.05
"""Excess seconds over the threshold at which a kind of environment changes threads."""

_MOST_COUNTED_S = 0.006
"""The most seconds that one call counts, so that neither a slow import nor a busy moment moves a kind."""

_HELD_S = 0.02
"""A call this long moves a kind with a client's arguments at once, since it held up every other client."""

_HELD_PLAIN_S = 1.0
"""The same for a kind as registered, whose calls a busy machine may hold up."""

_MOST_KINDS = 4096
"""Kinds whose calls are remembered. One that is forgotten begins anew."""

_SWITCH_S = 0.001

_WORKERS = 4


usage: Callable[[], "struct_rusage | None"]
"""What this thread has used of the processor so far; None where the system does not tell. Takes 0.6 µs."""

if sys.platform == "linux":
    from resource import RUSAGE_THREAD, getrusage

    usage = partial(getrusage, RUSAGE_THREAD)
else:
    usage = lambda: None  # noqa: E731


def held(seconds: float, before: "struct_rusage | None") -> float:
    """Of the seconds that a call took since `before`, those in which it kept its thread.

    Whoever waits, sleeps or reads gives the processor back of himself, and all seconds count. Else it was taken
    from him for the others.
    """
    now = usage()
    if before is None or now is None or now.ru_nvcsw != before.ru_nvcsw:
        return seconds
    return min(seconds, now.ru_utime + now.ru_stime - before.ru_utime - before.ru_stime)


class Thread(Protocol):
    """A place where calls are made one after another."""

    @property
    def lost(self) -> bool:
        """Whether a call there was given up and has not come back: nothing else can be called there."""

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
        """Interrupt every call that still runs in so many seconds.

        For a process with one request at a time, as on Lambda.
        """
        self._over_at = time.monotonic() + seconds

    def seconds(self) -> float:
        """Seconds that a call that begins now may take."""
        return self._seconds if self._over_at == math.inf else min(self._seconds, self.left())

    def left(self) -> float:
        """Seconds until everything has to be over; infinite unless `end` was called."""
        return self._over_at - time.monotonic()


class LoopThread:
    """The event loop's own thread: a call begins at once, and nothing else runs until its turn ends."""

    lost = False

    def __init__(self, limit: CallLimit) -> None:
        self._limit = limit

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """See `Thread.run`."""
        return within(self._limit.seconds(), function, *args, **kwargs)

    async def run_in_turns(self, turns: Generator[None, None, R]) -> R:
        """See `Thread.run_in_turns`."""
        seconds = self._limit.seconds()
        while True:
            began = time.monotonic()
            try:
                within(seconds, turns.send, None)
            except StopIteration as end:
                result: R = end.value
                return result
            seconds -= time.monotonic() - began
            await asyncio.sleep(0)


class Placement:
    """Every thread on which this process keeps environments, and which kinds live where."""

    def __init__(self, limit: CallLimit) -> None:
        # Each thread that computes may keep the interpreter's lock from the event loop for so long.
        sys.setswitchinterval(_SWITCH_S)
        self.limit = limit
        self.loop: Thread = LoopThread(limit)
        """The event loop's own thread."""
        self._graphics = WorkerThread("graphics", limit.seconds)
        # Whoever has the turn has the engine, and the other's state has to be made again for the next one.
        self._alone = WorkerThread("alone", limit.seconds, turn_s=math.inf)
        self._workers = cycle([WorkerThread(f"worker-{number}", limit.seconds) for number in range(_WORKERS)])
        self._long: OrderedDict[Kind, bool] = OrderedDict()
        """Whether a kind's calls are too long for the event loop. One that is not here has not shown it."""
        self._against: OrderedDict[Kind, float] = OrderedDict()
        """Seconds of evidence against a kind's current placement."""

    def worker(self) -> Thread:
        """The next of the worker threads, one that is not lost as long as there is any."""
        for worker in islice(self._workers, _WORKERS):
            if not worker.lost:
                break
        return worker

    def home(self, kind: Kind, home: Home) -> Thread:
        """The thread for the calls of a new live environment of the kind, which its mechanism places at `home`."""
        if home in (Home.GRAPHICS, Home.ALONE):
            return self.beside_loop(home)
        return self.worker() if home is Home.WORKER or self._is_long(kind, home) else self.loop

    def restorer(self, thread: Thread, kind: Kind, home: Home) -> Thread:
        """Where an environment that lives on the thread is restored.

        On the event loop only as registered: making one with a client's arguments may take long, however short
        its calls are.
        """
        beside = home is Home.EITHER or kind.made_with
        return self.worker() if beside and thread is self.loop else thread

    def beside_loop(self, home: Home) -> Thread:
        """A thread for work that is long whatever the environment's calls take, such as drawing."""
        if home is Home.GRAPHICS:
            return self._graphics
        return self._alone if home is Home.ALONE else self.worker()

    def misplaced(self, thread: Thread, kind: Kind, home: Home) -> bool:
        """Whether an environment that lives on the thread should be elsewhere by now."""
        moves = home is Home.LOOP or home is Home.EITHER
        return moves and (thread is self.loop) is self._is_long(kind, home)

    def note(self, kind: Kind, home: Home, seconds: float) -> None:
        """Note how long one call took on its thread.

        What counts is the recent mean: a reset takes a millisecond where a step takes a twentieth. A kind whose
        calls are about as long as the threshold stays where it is, since a move may cost a restore.
        """
        if home is Home.LOOP and seconds < LONG_CALL_S and not (kind.made_with or self._against or self._long):
            return  # short, as all have been
        counted, long = min(seconds, _MOST_COUNTED_S), self._is_long(kind, home)
        against = self._against.get(kind, 0.0) + (_SHORT_CALL_S - counted if long else counted - LONG_CALL_S)
        held = seconds > (_HELD_S if kind.made_with else _HELD_PLAIN_S)
        if held and long:
            against = 0.0  # what it has shown before does not count
        if not (held and not long) and against < (_TO_LOOP_S if long else _TO_WORKER_S):
            if against > 0:
                _remember(self._against, kind, against)
            else:
                self._against.pop(kind, None)
            return
        self._against.pop(kind, None)
        _remember(self._long, kind, not long)

    def _is_long(self, kind: Kind, home: Home) -> bool:
        """Whether the kind's calls are too long for the event loop, or have not shown that they are short."""
        return self._long.get(kind, home is Home.EITHER or bool(kind.made_with))


def _remember(table: OrderedDict[Kind, R], kind: Kind, value: R) -> None:
    """Store the value of a kind, and drop the kind that was noted longest ago if there are too many."""
    table[kind] = value
    table.move_to_end(kind)
    if len(table) > _MOST_KINDS:
        table.popitem(last=False)
