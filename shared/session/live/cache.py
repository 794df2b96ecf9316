"""Live environments: a cache of what the store holds, nothing more. Any of them may be dropped at any time."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from operator import methodcaller
from types import GeneratorType
from typing import Any, NamedTuple, NoReturn
from weakref import WeakValueDictionary

import gymnasium

from shared.errors import EnvironmentRaised, JournalFull, ResetNeeded
from shared.session.live.placement import Thread
from shared.session.live.restore import continue_from
from shared.session.stored.header import Header
from shared.session.stored.progress import Progress, ProgressCounter
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.calls import Call, Reset, Step
from shared.snapshot.contract.mechanism import Subject, home_of, stepper
from shared.snapshot.isolation.timeout import interruptible
from shared.snapshot.registry import mechanism_named
from shared.wire.members.members import caster
from shared.wire.members.nested import Cast
from shared.wire.values.detached import pack

_log = logging.getLogger(__name__)

Operation = Callable[["Live"], Any]
"""What an endpoint does with a live environment; what it returns is the reply.

One that takes long is a generator: it yields where others may have a turn, and adds its own time to
`Live.seconds` and its calls to `Live.calls`.
"""

Encode = Callable[[Any], Any]
"""Turns the reply into its final form while nothing else can touch the environment's own buffers."""


class Attempt(NamedTuple):
    """What an operation came to: the reply, and the state after it if that has changed."""

    reply: Any
    body: bytes | None
    progress: Progress
    packed: bytes | None = None
    """What the operation returned, to be had again in any form, if that was asked for."""


class Live:
    """One live environment, and the stored snapshot that it equals."""

    def __init__(self, subject: Subject, thread: Thread, loaded: Loaded) -> None:
        self.subject = subject
        self._step = stepper(subject)
        self.thread = thread
        self.stands(loaded)
        self.vector = loaded.header.recipe.num_envs is not None
        """Whether it is a vector environment, whose actions and results are batches."""
        self.kind = loaded.header.recipe.env_id, loaded.header.recipe.render_mode
        """What its calls' duration depends on most."""
        self.home = home_of(mechanism_named(loaded.header.mechanism), loaded.header.recipe)
        self.counter = ProgressCounter(loaded.header.recipe, loaded.header.progress)
        self.touched = False
        """Whether the last operation called the environment, which then may have changed."""
        self.lock: asyncio.Lock | None = None
        """The instance's lock, which lives as long as this, so that it is not made again for every call."""
        self.seconds = 0.0
        """How long the last operation took on its thread, the turns of others left out."""
        self.calls = 1
        """How many calls on the environment it was for."""
        self.wary = 0
        """For how many more calls the store is to be asked first whether another process has written."""
        self._casters: dict[int, tuple[gymnasium.Space[Any], Cast]] = {}

    @property
    def env(self) -> gymnasium.Env[Any, Any]:
        """The environment, with its wrappers."""
        return self.subject.env

    def stands(self, loaded: Loaded) -> None:
        """From now on this is the stored snapshot that the environment equals."""
        self.loaded = loaded
        self.header: Header = loaded.header
        """What it says of the instance."""

    def cast(self, space: gymnasium.Space[Any], raw: Any) -> Any:
        """The member of one of the environment's spaces that a client's value stands for.

        Raises:
            InvalidAction: there is none.
        """
        known = self._casters.get(id(space))
        if known is None or known[0] is not space:
            known = self._casters[id(space)] = (space, caster(space))
        return known[1](raw)

    def apply(self, call: Call) -> Any:
        """Make the call and count it.

        Raises:
            ResetNeeded: the environment has not been reset.
            JournalFull: its mechanism can take no more calls; this one was not made.
            EnvironmentRaised: it raised anything else.
        """
        before, self.touched = self.touched, True
        try:
            result = self.subject.apply(call)
        except Exception as error:  # foreign code: whatever it raises is told, never swallowed
            self._refuse(error, before)
        if type(call) is Step:
            self.counter.step(result[1], result[2], result[3])
        elif type(call) is Reset:
            self.counter.reset()
        return result

    def step(self, action: Any) -> Any:
        """The same as `apply(Step(action))`, for the most frequent call."""
        before, self.touched = self.touched, True
        try:
            result = self._step(action)
        except Exception as error:  # as in `apply`
            self._refuse(error, before)
        self.counter.step(result[1], result[2], result[3])
        return result

    def _refuse(self, error: Exception, touched_before: bool) -> NoReturn:
        """Tell of what came out of a call. An environment is foreign code: what it raises is for the caller."""
        if isinstance(error, JournalFull):
            self.touched = touched_before
            raise error
        if isinstance(error, gymnasium.error.ResetNeeded):
            raise ResetNeeded(f"{error} Call reset first.") from error
        raise EnvironmentRaised(error) from error

    def attempt(self, operation: Operation, encode: Encode, *, packed: bool) -> Generator[None, None, Attempt]:
        """Carry out an operation on the environment's own thread and capture the state if it may have changed.

        Yields where others may have a turn on the thread; most operations need none.
        """
        began = time.perf_counter()
        try:
            self.touched, self.seconds, self.calls = False, 0.0, 1
            self.counter.resume_from(self.header.progress)
            result = operation(self)
            if isinstance(result, GeneratorType):
                try:
                    result = yield from result
                    yield
                finally:
                    began = time.perf_counter()
            reply = encode(result)
            progress = self.counter.progress
            if not self.touched and progress == self.header.progress:
                return Attempt(reply, None, self.header.progress)
            body = self.subject.capture() if self.touched else self.loaded.body
            changed = body != self.loaded.body or progress != self.header.progress
            return Attempt(reply, body if changed else None, progress, pack(result) if packed else None)
        finally:
            self.seconds += time.perf_counter() - began

    def refresh(self, loaded: Loaded) -> None:
        """Continue from a newer snapshot, which another process wrote."""
        continue_from(self.subject, loaded)
        self.stands(loaded)


async def closed(thread: Thread, subject: Subject) -> None:
    """Close an environment on its own thread. Whatever its code does then, the stored snapshot is as it was."""
    if thread.lost:
        return
    try:
        await thread.run(interruptible, methodcaller("close"), subject)
    except Exception:  # an environment is foreign code, and nothing depends on how it ends
        _log.warning("an environment failed while it was closed", exc_info=True)


class LiveCache:
    """The most recently used live environments, and one lock an instance, live or not."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._entries: OrderedDict[Reference, Live] = OrderedDict()
        self._locks: WeakValueDictionary[Reference, asyncio.Lock] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._entries)

    def lock(self, reference: Reference) -> asyncio.Lock:
        """The lock that every call on the instance holds in this process."""
        live = self._entries.get(reference)
        lock = self._locks.get(reference) if live is None else live.lock
        if lock is None:
            lock = self._locks[reference] = asyncio.Lock()
        return lock

    def get(self, reference: Reference) -> Live | None:
        """The instance's live environment, if there is one."""
        live = self._entries.get(reference)
        if live is not None:
            self._entries.move_to_end(reference)
        return live

    async def put(self, live: Live) -> None:
        """Keep a live environment, and drop those used longest ago that nobody is calling now."""
        live.lock = self.lock(live.header.reference)
        self._entries[live.header.reference] = live
        idle = (reference for reference in [*self._entries] if not self._busy(reference))
        for _ in range(len(self._entries) - self._capacity):
            oldest = next(idle, None)
            if oldest is None:
                return
            await self.discard(oldest)

    async def discard(self, reference: Reference) -> None:
        """Close the instance's live environment on its own thread, if there is one."""
        live = self._entries.pop(reference, None)
        if live is not None:
            await closed(live.thread, live.subject)

    async def clear(self) -> None:
        """Close every live environment."""
        for reference in [*self._entries]:
            await self.discard(reference)

    def _busy(self, reference: Reference) -> bool:
        lock = self._locks.get(reference)
        return lock is not None and lock.locked()
