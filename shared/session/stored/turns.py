"""Turns: a call that lost its write to another call is served next, in whichever process it waits.

A claim is a write of the same state at the same revision, with the turn in its header. It takes no environment, so
it succeeds where a long call never would, and it tells every other process: the next write of each conflicts with
it. They wait until the turn is used, given back, or over. Clocks are not compared: who waits counts the turn's
seconds from when its own process has first seen it.
"""

import asyncio
import contextlib
import math
import random
import time
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from shared.errors import Contended, StoreFailed
from shared.session.stored.header import Turn
from shared.session.stored.snapshots import Loaded, Snapshots

SHORTEST_TURN_S = 2.0
"""How long a turn is for a call that takes no time."""
LONGEST_TURN_S = 30.0
"""How long a process that dies with the turn may hold up the others."""
MOST_CLAIMS = 32
"""How often one claim is tried. On a distant store one in seven fitted between the writes of another process."""

_LONGEST_WAIT_S = 2 * LONGEST_TURN_S
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.002, 0.05
_MOST_SEEN = 1024

# Not the global generator, as in `retry`.
_jitter = random.Random()


class Turns:
    """The turns of one store's instances, as one process sees them."""

    def __init__(self, snapshots: Snapshots, most_seconds: Callable[[], float]) -> None:
        """`most_seconds` gives the seconds that a call that begins now may take."""
        self._snapshots = snapshots
        self._most_seconds = most_seconds
        self._over_at: OrderedDict[bytes, float] = OrderedDict()
        """By call id, when a turn that was seen here is over, in monotonic seconds."""

    def claim(self, call_id: bytes) -> "Claim":
        """A claim of the call's, which is not made yet."""
        return Claim(self._snapshots, self, call_id)

    def length(self, call_seconds: float) -> float:
        """Seconds of a turn for a call that took so many before."""
        return min(SHORTEST_TURN_S + 2 * call_seconds, LONGEST_TURN_S, self._most_seconds())

    async def wait(self, loaded: Loaded, call_id: bytes) -> Loaded:
        """The instance's snapshot once no other call has the turn: `loaded`, or what has replaced it.

        Raises:
            InstanceNotFound: the instance is gone.
            Contended: others took one turn after another.
        """
        gives_up = time.monotonic() + min(_LONGEST_WAIT_S, self._most_seconds())
        pause = _FIRST_PAUSE_S
        while self.is_anothers(loaded.header.turn, call_id):
            if time.monotonic() > gives_up:
                raise Contended("Other calls on this instance were served first; try again.", retry_after=1)
            await asyncio.sleep(_jitter.uniform(pause / 2, pause))
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            loaded = await self._snapshots.newer(loaded.header.reference, loaded.tag) or loaded
        return loaded

    def is_anothers(self, turn: Turn | None, call_id: bytes) -> bool:
        """Whether another call has the turn, and it is not over."""
        if turn is None or turn.call_id == call_id:
            return False
        now = time.monotonic()
        if turn.call_id not in self._over_at:
            self.note(turn.call_id, now + min(turn.seconds, LONGEST_TURN_S))
        return now < self._over_at[turn.call_id]

    def note(self, call_id: bytes, over_at: float) -> None:
        """Note when the call's turn is over, in monotonic seconds."""
        self._over_at[call_id] = over_at
        if len(self._over_at) > _MOST_SEEN:
            self._over_at.popitem(last=False)


class Claim:
    """One call's claim to the next turn, if it makes one. At its end a turn that was not used is given back."""

    def __init__(self, snapshots: Snapshots, turns: Turns, call_id: bytes) -> None:
        self._snapshots = snapshots
        self._turns = turns
        self._call_id = call_id
        self._claimed: Loaded | None = None

    @property
    def held(self) -> bool:
        """Whether the call has the next turn."""
        return self._claimed is not None

    async def make(self, loaded: Loaded, call_seconds: float = 0.0) -> Loaded:
        """Take the next turn for a call that took so many seconds when it lost its write to another call.

        The newest snapshot that was read or written. The turn is not held if another call has it, or if other
        writes kept coming first.

        Raises:
            InstanceNotFound: the instance is gone.
        """
        self._claimed = None
        seconds = self._turns.length(call_seconds)
        for _ in range(MOST_CLAIMS):
            header = loaded.header
            if self._turns.is_anothers(header.turn, self._call_id):
                return loaded
            if header.turn is not None and header.turn.call_id == self._call_id:  # the reply was lost
                self._claimed = loaded
                return loaded
            claimed = msgspec.structs.replace(header, turn=Turn(self._call_id, seconds))
            saved = await self._snapshots.save(claimed, loaded.body, loaded.tag, used=header.used)
            if isinstance(saved, Loaded):
                self._claimed = saved
                return saved
            await asyncio.sleep(_jitter.uniform(0, _FIRST_PAUSE_S))  # so that equal delays do not meet for ever
            loaded = await self._snapshots.load(header.reference)
        return loaded

    def use(self) -> None:
        """Note that the call was written, which drops the turn."""
        self._claimed = None

    async def __aenter__(self) -> "Claim":
        return self

    async def __aexit__(self, *_: object) -> None:
        claimed = self._claimed
        if claimed is None:
            return
        self._turns.note(self._call_id, -math.inf)
        free = msgspec.structs.replace(claimed.header, turn=None)
        with contextlib.suppress(StoreFailed):  # then it ends by itself
            await self._snapshots.save(free, claimed.body, claimed.tag, used=free.used)
