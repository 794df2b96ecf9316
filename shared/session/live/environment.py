"""One live environment: a stored snapshot ready to be called, and the count of what it goes through."""

import asyncio
import time
from collections.abc import Callable, Generator
from types import GeneratorType
from typing import Any, NamedTuple, NoReturn

import gymnasium
import numpy as np

from shared.errors import EnvironmentRaised, JournalFull, ResetNeeded
from shared.session.live.kind import kind_of
from shared.session.live.placement import Thread
from shared.session.live.restore import continue_from
from shared.session.stored.header import Header
from shared.session.stored.progress import Progress
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.calls import Call, Reset, Step
from shared.snapshot.contract.mechanism import Subject, home_of, stepper
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.registry import mechanism_named
from shared.snapshot.versions.compatibility import Dependencies
from shared.wire.members.casts import cast_of
from shared.wire.members.parts import Cast
from shared.wire.values.detached import pack
from shared.wire.values.mismatch import Mismatch

Operation = Callable[["LiveEnvironment"], Any]
"""What a call does with a live environment; what it returns is the result.

A long operation is a generator. It yields where other calls may have a turn, and adds its own time to
`LiveEnvironment.seconds` and its calls to `LiveEnvironment.calls`.
"""

Encode = Callable[[Any], Any]
"""Turns a result into a reply. It runs on the environment's thread, before its buffers can change."""


class Attempt(NamedTuple):
    """What came of one try of an operation; nothing is saved yet."""

    reply: Any
    body: bytes | None
    """The environment's state afterwards; None if neither it nor the progress has changed."""
    progress: Progress
    packed: bytes | None = None
    """The packed result, kept only for calls with an idempotency key."""


class ProgressCounter:
    """A `Progress` that grows call by call. One object: 10,000 steps of a rollout would make as many."""

    __slots__ = ("_autoreset", "_vector", "ended", "episode", "episode_return", "statistics", "steps")

    def __init__(self, recipe: Recipe, progress: Progress) -> None:
        self._vector = recipe.num_envs is not None
        # A vector's environments have episodes of their own; counted is what all of them did.
        self._autoreset = "Disabled" if self._vector else recipe.autoreset
        self.resume_from(progress)

    @property
    def progress(self) -> Progress:
        """What has been counted."""
        return Progress(self.episode, self.steps, self.episode_return, self.ended, self.statistics)

    def resume_from(self, progress: Progress) -> None:
        """Go on counting from `progress`."""
        self.episode, self.steps, self.episode_return, self.ended, self.statistics = (
            progress.episode,
            progress.steps,
            progress.episode_return,
            progress.ended,
            progress.statistics,
        )

    def reset(self) -> None:
        """Count the beginning of an episode."""
        self.resume_from(Progress(self.episode + 1, statistics=self.statistics))

    def step(self, reward: Any, terminated: Any, truncated: Any) -> None:
        """Count a step; a vector's three values are batches."""
        if self._vector:
            reward, terminated, truncated = np.sum(reward), np.all(np.logical_or(terminated, truncated)), False
        was, ended = self.ended, bool(terminated or truncated)
        self.ended = ended
        if was or ended:
            if not was and self.statistics is not None:
                self.statistics = self.statistics.after(self.steps + 1, self.episode_return + float(reward))
            if (ended and self._autoreset == "SameStep") or (was and self._autoreset == "NextStep"):
                self.reset()
                return
        self.steps += 1
        self.episode_return += float(reward)


class LiveEnvironment:
    """One live environment, and the stored snapshot that it equals. All of it belongs to `thread`."""

    def __init__(self, subject: Subject, thread: Thread, loaded: Loaded) -> None:
        recipe = loaded.header.recipe
        self.subject = subject
        self.env: gymnasium.Env[Any, Any] = subject.env
        """The environment, with its wrappers."""
        self._step = stepper(subject)
        self.thread = thread
        self.key = loaded.header.reference.key
        """The key of its snapshot in the store."""
        self.equals(loaded)
        self.dependencies = Dependencies(self.header.libraries, self.header.digests, self.header.cpu)
        """What the snapshots that are written from here on depend on."""
        self.vector = recipe.num_envs is not None
        """Whether it is a vector environment, whose actions and results are batches."""
        self.kind = kind_of(recipe)
        """Environments of one kind take about as long for a call."""
        self.home = home_of(mechanism_named(loaded.header.mechanism), loaded.header.recipe)
        self.counter = ProgressCounter(recipe, loaded.header.progress)
        self.touched = False
        """Whether the last operation called the environment, which may have changed it."""
        self.lock: asyncio.Lock | None = None
        """The instance's lock. Held here so that it lives as long as this and is made once."""
        self.seconds = 0.0
        """Time that the last operation took on its thread, without the turns of others."""
        self.calls = 1
        """How many calls of the environment the last operation made, for the mean duration."""
        self.wary = 0
        """For how many more calls the store is asked first whether another process has written."""
        self._casters: dict[int, tuple[gymnasium.Space[Any], Cast]] = {}

    def equals(self, loaded: Loaded) -> None:
        """Note which stored snapshot the environment equals from now on."""
        self.loaded = loaded
        self.header: Header = loaded.header
        self.moved: str | None = None
        """In words, what is other here than where that snapshot was written; None if nothing is."""

    def cast(self, space: gymnasium.Space[Any], raw: Any) -> Any:
        """The member of one of the environment's spaces that a client's value stands for.

        Raises:
            InvalidAction: there is none.
        """
        known = self._casters.get(id(space))
        # Compared too, since an environment may replace a space, and an id is used again.
        if known is None or known[0] is not space:
            known = self._casters[id(space)] = (space, cast_of(space))
        try:
            return known[1](raw)
        except Mismatch as mismatch:
            raise mismatch.as_invalid_action("action", raw, space) from None

    def apply(self, call: Call) -> Any:
        """Make the call, count it, and return what the environment returned.

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
        """The same as `apply(Step(action))`, made quick because it is the most frequent call."""
        before, self.touched = self.touched, True
        try:
            result = self._step(action)
        except Exception as error:  # as in `apply`
            self._refuse(error, before)
        self.counter.step(result[1], result[2], result[3])
        return result

    def _refuse(self, error: Exception, touched_before: bool) -> NoReturn:
        """Raise what the caller is told about an exception of the environment."""
        if isinstance(error, JournalFull):
            self.touched = touched_before
            raise error
        if isinstance(error, gymnasium.error.ResetNeeded):
            raise ResetNeeded(f"{error} Call reset first.") from error
        raise EnvironmentRaised(error) from error

    def attempt(self, operation: Operation, encode: Encode, *, packed: bool) -> Generator[None, None, Attempt]:
        """Carry out an operation, and capture the state if it may have changed. Runs on the environment's thread.

        Yields where other calls may have a turn on the thread; a short operation never does.
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
        self.equals(loaded)
