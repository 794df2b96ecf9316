"""Sharing an exploration among child processes. However many there are, each future is what it would be in one."""

import asyncio
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import msgspec

from shared.errors import EnvironmentRaised
from shared.session.explore.future import Future
from shared.session.explore.prefixes import Prefixes
from shared.session.explore.rules import Rules
from shared.session.explore.sequences import Actions, Drawn, keys_of
from shared.session.explore.walk import TURN_S, Walk, Walking
from shared.session.live.environment import LiveEnvironment
from shared.session.live.placement import CallLimit, LoopThread
from shared.session.live.restore import rebuilt
from shared.session.stored.snapshots import Loaded
from shared.snapshot.isolation.child_process import ChildEnded
from shared.snapshot.isolation.standing_child import StandingChild
from shared.snapshot.making.make import register_environments

FEWEST_STEPS = 4096
"""Explorations of fewer steps are not shared: handing them over would take longer than they do."""

_IDLE_S = 60.0
_MOST_COPIES = 4


class Part(msgspec.Struct, frozen=True):
    """Some sequences of an exploration."""

    indices: list[int]
    """Their numbers in the whole."""
    sequences: list[Actions] | Drawn
    """The sequences themselves, or how all of the whole are drawn."""


class Sharing:
    """The children among which one process shares its explorations."""

    def __init__(self, processes: int, modules: Sequence[str]) -> None:
        """`modules` register the environments in a child."""
        self._modules = tuple(modules)
        self._children = [StandingChild() for _ in range(processes)] if processes > 1 else []
        self._free = asyncio.Queue[StandingChild]()
        for child in self._children:
            self._free.put_nowait(child)
        self._threads = ThreadPoolExecutor(max(1, processes), thread_name_prefix="explore")
        self._idle: asyncio.TimerHandle | None = None

    def suits(self, steps: int) -> bool:
        """Whether an exploration of so many steps is to be shared."""
        return len(self._children) > 1 and steps >= FEWEST_STEPS

    async def futures(self, loaded: Loaded, whole: Part, rules: Rules, limit: CallLimit) -> list[Future]:
        """What each of the sequences comes to, in their order.

        Raises:
            GymHTTPError: as `Walk.futures`; where several sequences fail, of one of them.
            EnvironmentRaised: a child ended.
        """
        parts = _parts(whole, len(self._children))
        walks = [asyncio.ensure_future(self._walked(loaded, part, rules, limit)) for part in parts]
        await asyncio.wait(walks)  # none is left at work when this one is refused
        return [future for walk in walks for future in walk.result()]

    def close(self) -> None:
        """End every child."""
        if self._idle is not None:
            self._idle.cancel()
        for child in self._children:
            child.close()

    async def _walked(self, loaded: Loaded, part: Part, rules: Rules, limit: CallLimit) -> list[Future]:
        child = await self._free.get()
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, child.call, limit.seconds(), walk_part, loaded, part, rules, self._modules
            )
        except ChildEnded as error:
            raise EnvironmentRaised(error) from error
        finally:
            self._free.put_nowait(child)
            self._put_off_end()

    def _put_off_end(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(_IDLE_S, self._end_idle)

    def _end_idle(self) -> None:
        if self._free.qsize() == len(self._children):
            self.close()


def walking(live: LiveEnvironment, loaded: Loaded, part: Part, rules: Rules) -> Walking:
    """What each sequence of the part comes to on a copy; yields where other calls may have a turn."""
    live.refresh(loaded)  # it may have an action space of its own
    space = live.env.action_space
    sequences = part.sequences
    if isinstance(sequences, Drawn):
        sequences = yield from _drawn(live, sequences, part.indices)
    keys = keys_of(space, sequences) if rules.reseed is None else None
    prefixes = Prefixes(keys, len(sequences))
    return (yield from Walk(live, loaded, rules).futures(part.indices, sequences, prefixes))


def drawn_one_by_one(live: LiveEnvironment, drawn: Drawn, indices: Sequence[int]) -> Iterator[Actions]:
    """The drawn sequences of these indices, for the action space that the copy has now.

    Raises:
        EnvironmentRaised: its space, which may be the environment's own, raised.
    """
    sequences = drawn.of(live.env.action_space, indices)
    for _ in indices:
        yield live.ask(next, sequences)


def _drawn(live: LiveEnvironment, drawn: Drawn, indices: Sequence[int]) -> Generator[None, None, list[Actions]]:
    sequences, turn_ends = list[Actions](), time.perf_counter() + TURN_S
    for actions in drawn_one_by_one(live, drawn, indices):
        sequences.append(actions)
        if time.perf_counter() > turn_ends:
            yield
            turn_ends = time.perf_counter() + TURN_S
    return sequences


def _parts(whole: Part, number: int) -> list[Part]:
    """The whole in about equal parts, each of neighbours."""
    count, sequences = len(whole.indices), whole.sequences
    bounds = [count * part // number for part in range(number + 1)]
    spans = [range(begin, end) for begin, end in pairwise(bounds) if begin < end]
    if isinstance(sequences, Drawn):
        return [Part([whole.indices[place] for place in span], sequences) for span in spans]
    return [Part([whole.indices[place] for place in span], [sequences[place] for place in span]) for span in spans]


_copies: list[LiveEnvironment] = []
"""Of a child, those used last at the end."""


def walk_part(loaded: Loaded, part: Part, rules: Rules, modules: Sequence[str]) -> list[Future]:
    """The futures of a part, in a child. The parent has verified the snapshot."""
    if not set(modules) <= sys.modules.keys():
        register_environments(modules)
    live = _copy_of(loaded)
    try:
        futures = _finished(walking(live, loaded, part, rules))
    except BaseException:
        live.subject.close()
        raise
    _copies.append(live)
    if len(_copies) > _MOST_COPIES:
        _copies.pop(0).subject.close()
    return futures


def _copy_of(loaded: Loaded) -> LiveEnvironment:
    made = loaded.header.mechanism, loaded.header.recipe
    for place, live in enumerate(_copies):
        if (live.header.mechanism, live.header.recipe) == made:
            return _copies.pop(place)
    return LiveEnvironment(rebuilt(loaded), LoopThread(CallLimit()), loaded)


def _finished(walk: Walking) -> list[Future]:
    while True:
        try:
            next(walk)
        except StopIteration as end:
            futures: list[Future] = end.value
            return futures
