"""One live environment: a stored snapshot ready to be called, and the count of what it goes through."""

import asyncio
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from copy import deepcopy
from types import GeneratorType
from typing import Any, NamedTuple, NoReturn, TypeVar

import gymnasium
import numpy as np
from numpy.typing import NDArray

from shared.errors import EnvironmentRaised, GymHTTPError, JournalFull, ResetNeeded, SnapshotDiverged
from shared.session.live.kind import kind_of
from shared.session.live.placement import LONG_CALL_S, Thread, held, usage
from shared.session.live.quick_step import QuickStep
from shared.session.live.restore import continue_from
from shared.session.live.telling import Encode, encoded
from shared.session.record.growth import Switching
from shared.session.record.recorder import Recorder, packed_action
from shared.session.stored.header import Header
from shared.session.stored.progress import Progress
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.calls import Call, Reset, Step
from shared.snapshot.contract.mechanism import Subject, home_of, keeps_spaces, stepper
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.contract.returned import check_reset, check_step, has_ended, reward_of
from shared.snapshot.isolation.timeout import interruptible
from shared.snapshot.registry import mechanism_named
from shared.snapshot.versions.compatibility import Dependencies
from shared.wire.members.casts import cast_of
from shared.wire.members.parts import Cast
from shared.wire.values.detached import pack
from shared.wire.values.mismatch import Mismatch

T = TypeVar("T")
R = TypeVar("R")

_MOST_RETURNS = 256
"""The most numbers of a reward whose returns are stored one by one."""

Operation = Callable[["LiveEnvironment"], Any]
"""What a call does with a live environment; what it returns is the result.

A long operation is a generator. It yields where other calls may have a turn, and adds its own time to
`LiveEnvironment.seconds` and its calls to `LiveEnvironment.calls`.
"""


class Attempt(NamedTuple):
    """What came of one try of an operation; nothing is saved yet."""

    reply: Any
    body: bytes | None
    """The environment's state afterwards; None if neither it nor the progress has changed."""
    progress: Progress
    packed: bytes | None = None
    """The packed result, kept only for calls with an idempotency key."""
    recorder: Recorder | None = None
    """What was called, where the instance records."""
    switch: Switching | None = None
    """What becomes of the instance's log, if the operation says so."""


class ProgressCounter:
    """A `Progress` that grows call by call. One object: 10,000 steps of a rollout would make as many."""

    __slots__ = (
        "_autoreset",
        "_vector",
        "ended",
        "episode",
        "episode_return",
        "statistics",
        "steps",
        "vector_return",
    )

    def __init__(self, recipe: Recipe, progress: Progress) -> None:
        self._vector = recipe.num_envs is not None
        # A vector's environments have episodes of their own; counted is what all of them did.
        self._autoreset = "Disabled" if self._vector else recipe.autoreset
        self.resume_from(progress)

    @property
    def progress(self) -> Progress:
        """What has been counted."""
        return Progress(
            self.episode, self.steps, self.episode_return, self.ended, self.statistics, self.vector_return
        )

    def resume_from(self, progress: Progress) -> None:
        """Go on counting from `progress`."""
        self.episode, self.steps, self.episode_return, self.ended, self.statistics, self.vector_return = (
            progress.episode,
            progress.steps,
            progress.episode_return,
            progress.ended,
            progress.statistics,
            progress.vector_return,
        )

    def reset(self) -> None:
        """Count the beginning of an episode."""
        self.resume_from(Progress(self.episode + 1, statistics=self.statistics))

    def step(self, reward: Any, terminated: Any, truncated: Any) -> None:
        """Count a step; a vector's three values are batches.

        Raises:
            NotEncodable: the reward or a flag is of a kind that cannot be told.
        """
        gained: Any
        if type(reward) is float and type(terminated) is bool and type(truncated) is bool:
            gained, ended = reward, terminated or truncated
        elif self._vector:
            gained = float(np.sum(reward))
            ended = bool(np.all(np.logical_or(terminated, truncated)))
        else:
            gained, ended = reward_of(reward), has_ended(terminated, truncated)
        was, self.ended = self.ended, ended
        if was and self._autoreset == "NextStep":  # this step was the reset
            self.reset()
            return
        if type(gained) is float:
            self.episode_return, self.vector_return = self.episode_return + gained, ()
        else:
            self._gain(gained)
        self.steps += 1
        if ended:
            if not was and self.statistics is not None:
                self.statistics = self.statistics.after(self.steps, self.episode_return, self.vector_return)
            if self._autoreset == "SameStep":
                self.reset()

    def _gain(self, reward: float | NDArray[np.float64] | None) -> None:
        """Add a reward to the return."""
        if isinstance(reward, float):
            self.episode_return += reward
        elif reward is not None:
            self.episode_return += float(reward.sum())
            before = (0.0,) * reward.size if self.steps == 0 else self.vector_return
            if reward.ndim == 1 and len(before) == reward.size <= _MOST_RETURNS:
                self.vector_return = tuple((before + reward).tolist())
                return
        self.vector_return = ()


class LiveEnvironment:
    """One live environment, and the stored snapshot that it equals. All of it belongs to `thread`."""

    def __init__(self, subject: Subject, thread: Thread, loaded: Loaded) -> None:
        recipe = loaded.header.recipe
        self.subject = subject
        self.env: gymnasium.Env[Any, Any] = subject.env
        """The environment, with its wrappers."""
        self._step = stepper(subject)
        self.kept_spaces = (self.env.action_space, self.env.observation_space) if keeps_spaces(subject) else None
        """The action and the observation space, where no call puts others in their place."""
        self.thread = thread
        self.key = loaded.header.reference.key
        """The key of its snapshot in the store."""
        self.equals(loaded)
        self.dependencies = Dependencies(self.header.libraries, self.header.digests, self.header.cpu)
        """What the snapshots that are written from here on depend on."""
        self.recorder: Recorder | None = None
        """Notes what the present operation calls, where the instance records."""
        self.switch: Switching | None = None
        """What the present operation makes of the log."""
        self.step: Callable[[Any], Any] = self._plain_step
        """The same as `apply(Step(action))`, made quick because it is the most frequent call."""
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
        self.held = 0.0
        """How many of them count, where the thread's place is chosen by them."""
        self.calls = 1
        """How many calls of the environment the last operation made, for the mean duration."""
        self.wary = 0
        """For how many more calls the store is asked first whether another process has written."""
        self._casters: dict[int, tuple[gymnasium.Space[Any], Cast]] = {}

    def equals(self, loaded: Loaded, quick: QuickStep | None = None) -> None:
        """Note which stored snapshot the environment equals from now on, and what makes its next steps."""
        self.loaded = loaded
        self.header: Header = loaded.header
        self.quick = quick
        """What makes its steps quickly, kept from one to the next."""
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
            SnapshotDiverged: it slept, for another had its engine, and came out differently.
            NotEncodable: what it returned is not what Gymnasium says, or of a kind that cannot be told.
            EnvironmentRaised: it raised anything else.
        """
        before, self.touched, noted = self.touched, True, call
        if type(call) is Reset and call.options is not None and self.recorder is not None:
            noted = Reset(call.seed, deepcopy(call.options))  # a vector takes its `reset_mask` out of them
        try:
            result = self.subject.apply(call)
        except Exception as error:  # foreign code: whatever it raises is told, never swallowed
            self._refuse(error, before)
        if type(call) is Step:
            self._count(result)
        elif type(call) is Reset:
            check_reset(result)
            self.counter.reset()
        if self.recorder is not None:
            self.recorder.call(noted, result)
        return result

    def _recorded_step(self, action: Any) -> Any:
        packed = None if type(action) is np.int64 else packed_action(action)
        before, self.touched = self.touched, True
        try:
            result = self._step(action)
        except Exception as error:  # as in `apply`
            self._refuse(error, before)
        if type(result) is not tuple or len(result) != 5:
            check_step(result)
        self.counter.step(result[1], result[2], result[3])
        self.recorder.step(action, packed, result)  # type: ignore[union-attr]
        return result

    def _plain_step(self, action: Any) -> Any:
        before, self.touched = self.touched, True
        try:
            result = self._step(action)
        except Exception as error:  # as in `apply`
            self._refuse(error, before)
        # The same as `_count`, without a call.
        if type(result) is not tuple or len(result) != 5:
            check_step(result)
        self.counter.step(result[1], result[2], result[3])
        return result

    def _count(self, result: Any) -> None:
        if type(result) is not tuple or len(result) != 5:
            check_step(result)
        self.counter.step(result[1], result[2], result[3])

    def ask(self, function: Callable[[T], R], argument: T) -> R:
        """Call what may be the environment's own code and is none of its calls, such as a method of its spaces.

        Raises:
            EnvironmentRaised: it raised.
        """
        try:
            return interruptible(function, argument)
        except GymHTTPError:
            raise
        except Exception as error:  # as in `apply`
            raise EnvironmentRaised(error) from error

    def _refuse(self, error: Exception, touched_before: bool) -> NoReturn:
        """Raise what the caller is told about an exception of the environment."""
        if isinstance(error, JournalFull):
            self.touched = touched_before
        if isinstance(error, JournalFull | EnvironmentRaised | SnapshotDiverged):
            raise error
        if isinstance(error, gymnasium.error.ResetNeeded):
            raise ResetNeeded(f"{str(error).rstrip('.')}. Call reset first.") from error
        raise EnvironmentRaised(error) from error

    def attempt(self, operation: Operation, encode: Encode, *, packed: bool) -> Generator[None, None, Attempt]:
        """Carry out an operation, and capture the state if it may have changed. Runs on the environment's thread.

        Yields where other calls may have a turn on the thread; a short operation never does.
        """
        before, began = usage(), time.perf_counter()
        try:
            self.touched, self.switch, self.seconds, self.calls = False, None, 0.0, 1
            self.counter.resume_from(self.header.progress)
            recorder, log = self.recorder, self.header.log
            if recorder is not None and log is not None and log.until < 0:
                recorder.begin(log.replay_us)
            elif recorder is not None or log is not None:
                self._begin_recording()
            result = operation(self)
            if isinstance(result, GeneratorType):
                try:
                    result = yield from result
                    yield
                finally:
                    before, began = None, time.perf_counter()
            recorder = self.recorder
            if recorder is not None:
                recorder.replay_us = int((self.seconds + time.perf_counter() - began) * 1e6)
            reply = encoded(encode, result)
            progress, switch = self.counter.progress, self.switch
            if not self.touched and progress == self.header.progress and switch is None:
                return Attempt(reply, None, self.header.progress)
            # A fork's new generators are in the environment, and in no stored body yet.
            stale = self.touched or self.header.reseed is not None
            body = self.subject.capture() if stale else self.loaded.body
            changed = body != self.loaded.body or progress != self.header.progress or switch is not None
            reply_kept = encoded(pack, result) if packed else None
            return Attempt(reply, body if changed else None, progress, reply_kept, recorder, switch)
        finally:
            self.seconds += time.perf_counter() - began
            self.held = self.seconds if self.seconds < LONG_CALL_S else held(self.seconds, before)

    @contextmanager
    def noting(self) -> Iterator[Recorder]:
        """Within this context what is called is noted, though no operation is carried out."""
        recorder = Recorder()
        self.recorder, self.step = recorder, self._recorded_step
        try:
            yield recorder
        finally:
            self.stop_recording()

    def _begin_recording(self) -> None:
        """Note what the operation calls, or no longer, as the instance's log says."""
        log = self.header.log
        if log is None or not log.on:
            self.stop_recording()
            return
        self.recorder, self.step = Recorder(), self._recorded_step
        self.recorder.begin(log.replay_us)

    def stop_recording(self) -> None:
        """Note no longer what is called."""
        self.recorder, self.step = None, self._plain_step

    def refresh(self, loaded: Loaded) -> None:
        """Continue from a newer snapshot, which another process wrote."""
        continue_from(self.subject, loaded)
        self.env = self.subject.env  # an object graph and a journal come back as other objects
        self.equals(loaded)
