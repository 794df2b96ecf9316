"""The calls since an environment was last written as a graph, for a state that no graph can hold for a while.

A set gains its second text in the middle of an episode, or an attribute becomes a running generator. The state is
then the last graph and the calls since, which are made again at a restore, as the journal does. With the first
capture that succeeds again, this is over.
"""

import time
from typing import Any

from shared.codec import plain
from shared.codec.plain import NotPlain
from shared.errors import JournalFull, SnapshotCorrupt
from shared.snapshot.contract.calls import Call, Render, Reseed, Reset, Sample, Step

LONGEST_REPLAY_S = 5.0
"""Seconds of the processor that making the calls again may take."""
LARGEST_BYTES = 1 << 20
"""The most bytes of calls."""

_TRIES_EVERY = 64
"""Calls after which a graph is tried again: it takes long to fail."""


class CallsSince:
    """A graph, as its mechanism wrote it, and the calls on the environment since."""

    def __init__(self, graph: bytes) -> None:
        self.graph = graph
        self._events: list[bytes] = []
        self._bytes = 0
        self._recorded = True
        self._spent_s = 0.0
        self._began_s = 0.0
        self.relied_on = False
        """Whether the last capture needed the calls."""
        self._had_reset = False

    def begin(self, call: Call) -> None:
        """Take down a call that is about to be made: an environment may write into its action.

        Raises:
            JournalFull: after it, a restore would take too long, and no graph has been possible. It was not made.
        """
        if self.relied_on and isinstance(call, Step | Render) and not self.can_be_made_again:
            raise JournalFull(
                f"Restoring the environment makes its {len(self._events)} calls again since it last could be "
                "written down, and with more of them it would take too long; reset it.",
                calls=len(self._events),
                seconds=self._spent_s,
            )
        try:
            event = plain.dumps(_entry(call))
        except NotPlain:  # an action of a class that plain data has not
            self._recorded = False
            return
        self._events.append(event)
        self._bytes += len(event)
        self._had_reset = isinstance(call, Reset)
        self._began_s = time.thread_time()

    def end(self) -> None:
        """The call was made."""
        self._spent_s += time.thread_time() - self._began_s

    @property
    def can_be_made_again(self) -> bool:
        """Whether all calls are known, and making them again is short enough."""
        return self._recorded and self._spent_s <= LONGEST_REPLAY_S and self._bytes <= LARGEST_BYTES

    @property
    def may_be_over(self) -> bool:
        """Whether a graph should be tried at this capture."""
        return not self.relied_on or self._had_reset or len(self._events) % _TRIES_EVERY == 0

    def events(self) -> list[bytes]:
        """The calls as plain data."""
        return [*self._events]


def call_of(event: Any) -> Call:
    """The call that was taken down.

    Raises:
        SnapshotCorrupt: none was.
    """
    match plain.loads(event) if isinstance(event, bytes) else None:
        case [0, action]:
            return Step(action)
        case [1, seed, options]:
            return Reset(seed, options)
        case [2]:
            return Render()
        case [3, ("action_space" | "observation_space") as space]:
            return Sample(space)
        case [5, ("action_space" | "observation_space") as space, mask, probability]:
            return Sample(space, mask, probability)
        case [4, int(entropy), tuple(spawn_key)]:
            return Reseed(entropy, spawn_key)
        case _:
            raise SnapshotCorrupt("The snapshot holds a call that this mechanism does not write.")


def _entry(call: Call) -> list[Any]:
    match call:
        case Step(action):
            return [0, action]
        case Reset(seed, options):
            return [1, seed, options]
        case Render():
            return [2]
        case Sample(space, None, None):
            return [3, space]
        case Sample(space, mask, probability):
            return [5, space, mask, probability]
        case Reseed(entropy, spawn_key):
            return [4, entropy, tuple(spawn_key)]
