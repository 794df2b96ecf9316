"""Walking sequences of actions on a scratch copy, which goes back to where it came from for each of them.

A restore is exact, so it makes no difference whether a sequence is walked from its beginning or from a state that
another one left on the way. States are kept on the way where that saves more time than it takes.
"""

import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import nullcontext
from typing import NamedTuple

import msgspec

from shared.errors import GymHTTPError, InvalidValue
from shared.session.explore.future import Future
from shared.session.explore.path import Path, gain, own
from shared.session.explore.prefixes import Prefixes
from shared.session.explore.rules import Rules
from shared.session.explore.sequences import Actions
from shared.session.live.environment import LiveEnvironment
from shared.session.record.recorder import Recorder
from shared.session.stored.progress import Progress
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.calls import Reset
from shared.snapshot.contract.returned import has_ended
from shared.wire.values.detached import detached

Walking = Generator[None, None, list[Future]]

TURN_S = 0.002
"""Seconds after which other calls have a turn."""


_MOST_BYTES = 1 << 26
"""The most that states kept on the way take."""


class End(NamedTuple):
    """The state that a future has come to."""

    body: bytes
    progress: Progress
    recorder: Recorder | None
    """What led there, where the instance records."""


class _Mark(NamedTuple):
    """A state on the way, to which the copy can go back."""

    body: bytes
    progress: Progress
    path: Path


class Walk:
    """Walks sequences from one snapshot, on a copy that is nobody else's meanwhile."""

    def __init__(self, live: LiveEnvironment, origin: Loaded, rules: Rules) -> None:
        """The copy may be in any state.

        Raises:
            InvalidValue: the instance cannot have what is to follow the end of an episode.
        """
        self._live = live
        self._origin = origin
        self._rules = rules
        self._resets = rules.resets(live)
        self._bytes = 0
        self._turn_ends = time.perf_counter() + TURN_S
        self._walked_s = 0.0
        """How long the turns before have taken."""
        self._step_s = self._capture_s = 0.0
        """How long one step, and one capture, took so far."""

    def futures(self, indices: Sequence[int], sequences: Sequence[Actions], prefixes: Prefixes) -> Walking:
        """What each sequence comes to, in their order; yields where other calls may have a turn.

        `indices` are the sequences' numbers in the whole exploration, by which they are reseeded and named.

        Raises:
            GymHTTPError: what a step raises, with the `sequence` and the `index` of the step in the evidence.
            InvalidValue: what is included takes more than `most_bytes`.
        """
        found: dict[int, Future] = {}
        marks: list[_Mark] = []
        before: tuple[int, Future] | None = None
        for place, number in enumerate(prefixes.order):
            shared = prefixes.shared(place)
            if before is not None and before[1].steps <= shared:
                future = before[1]  # it ended on the way that both have in common
            else:
                while marks and marks[-1].path.depth > shared:
                    marks.pop()
                branches = prefixes.branches(place, marks[-1].path.depth if marks else 0)
                path = self._begin(indices[number], marks)
                yield from self._walked(indices[number], sequences[number], path, branches, marks)
                future = path.future(sequences[number], self._rules.include)
            before = number, future
            found[number] = future
            self._count(future, len(found))
        return [found[number] for number in range(len(indices))]

    def end(self, index: int, actions: Actions) -> Generator[None, None, End]:
        """The state at the end of a sequence; yields as `futures`."""
        live, log = self._live, self._origin.header.log
        path = self._begin(index, [])
        self._walked_s, self._turn_ends = 0.0, time.perf_counter() + TURN_S
        with live.noting() if log is not None and log.on else nullcontext() as recorder:
            yield from self._walked(index, actions, path, [], [])
            if recorder is not None:
                recorder.replay_us = int((self._walked_s + self._turn_s()) * 1e6)
            return End(live.subject.capture(), live.counter.progress, recorder)

    def _begin(self, index: int, marks: list[_Mark]) -> Path:
        """Bring the copy to the last mark, or to where all sequences begin."""
        live = self._live
        if marks:
            mark = marks[-1]
            live.subject.restore(mark.body)
            live.counter.resume_from(mark.progress)
            return mark.path.twin()
        origin = self._origin
        if self._rules.reseed is not None:
            header = msgspec.structs.replace(origin.header, reseed=(self._rules.reseed, index))
            origin = origin._replace(header=header)
        live.refresh(origin)
        live.counter.resume_from(origin.header.progress)
        return Path(ended=live.counter.ended and live.header.recipe.autoreset == "Disabled" and not live.vector)

    def _walked(
        self, index: int, actions: Actions, path: Path, branches: Iterable[int], marks: list[_Mark]
    ) -> Generator[None, None, None]:
        """Apply the actions that are left on the path, and leave marks where others branch off."""
        began, first = time.perf_counter(), path.depth
        try:
            yield from self._stepped(actions, path, branches, marks)
        except GymHTTPError as error:
            error.evidence |= {"sequence": index, "index": path.depth}
            raise
        if path.depth > first:
            self._step_s = (time.perf_counter() - began) / (path.depth - first)

    def _stepped(
        self, actions: Actions, path: Path, branches: Iterable[int], marks: list[_Mark]
    ) -> Generator[None, None, None]:
        # Names are looked up here, once for a sequence.
        live, resets, discount, clock = self._live, self._resets, self._rules.discount, time.perf_counter
        step, vector = live.step, live.vector
        rewards = path.rewards if "rewards" in self._rules.include else None
        coming = iter(branches)
        branch = next(coming, -1)
        for position in range(path.depth, len(actions)):
            if path.ended:
                if not resets:
                    return
                live.apply(Reset())
                path.ended = False
            path.observation, reward, terminated, truncated, path.info = step(own(actions[position]))
            path.terminated, path.truncated = terminated, truncated
            path.depth = position + 1
            path.total = path.total + path.factor * (reward if type(reward) is float else gain(reward, vector))
            path.factor *= discount
            if rewards is not None:
                rewards.append(detached(reward))
            if not vector and (terminated is not False or truncated is not False):
                path.ended = has_ended(terminated, truncated)
            if path.depth == branch:
                self._mark(path, marks)
                branch = next(coming, -1)
            if clock() > self._turn_ends:
                yield from self._turn()

    def _turn(self) -> Generator[None, None, None]:
        """Let other calls have a turn, after a keyframe if what is noted needs one."""
        self._walked_s += self._turn_s()
        recorder = self._live.recorder
        if recorder is not None:
            recorder.mark(self._walked_s, self._live.subject, self._live.counter.progress)
        yield
        self._turn_ends = time.perf_counter() + TURN_S

    def _turn_s(self) -> float:
        """How long this turn has taken."""
        return time.perf_counter() - (self._turn_ends - TURN_S)

    def _mark(self, path: Path, marks: list[_Mark]) -> None:
        """Keep the state here, if walking to it again would take longer."""
        since = path.depth - (marks[-1].path.depth if marks else 0)
        if since * self._step_s < self._capture_s:
            return
        if sum(len(mark.body) for mark in marks) > _MOST_BYTES:
            return
        began = time.perf_counter()
        body = self._live.subject.capture()
        self._capture_s = time.perf_counter() - began
        marks.append(_Mark(body, self._live.counter.progress, path.twin()))

    def _count(self, future: Future, done: int) -> None:
        self._bytes += future.size
        if self._bytes > self._rules.most_bytes:
            raise InvalidValue(
                f"After {done} futures what is included takes over {self._rules.most_bytes} bytes "
                "(GYM_HTTP_MAX_REPLY_BYTES); explore fewer, or `include` less.",
                limit=self._rules.most_bytes,
            )
