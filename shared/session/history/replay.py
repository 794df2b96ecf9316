"""Making recorded calls again on a copy, and comparing what they return with what the log says."""

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from shared.errors import EnvironmentRaised, ResetNeeded, SnapshotDiverged
from shared.session.history.place import Place
from shared.session.live.environment import LiveEnvironment
from shared.session.record.digest import digest_of
from shared.session.record.entries import Kind, Recorded, outcome_of
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.calls import Sample
from shared.snapshot.versions.compatibility import cpu_features

_DRAW = Sample("action_space")
_DRAWN_STEP, _RESET = int(Kind.DRAWN_STEP), int(Kind.RESET)

TURN_S = 0.002
"""Seconds after which other calls have a turn."""


class Made(NamedTuple):
    """A call to be made again, and where it stands."""

    place: Place
    recorded: Recorded


class Otherwise(NamedTuple):
    """How a replay has come out otherwise than the log says."""

    number: int
    """Of the call, among those that were made."""
    what: str


class Difference(NamedTuple):
    """The same, with the place of the call."""

    place: Place
    what: str


class Replay:
    """A copy of an environment that goes through a part of its log."""

    def __init__(self, live: LiveEnvironment, start: Loaded) -> None:
        """The copy may be in any state; it begins at `start`. Runs on the copy's thread."""
        self.live = live
        self._cpu = start.header.cpu
        live.refresh(start)
        live.counter.resume_from(start.header.progress)
        self.returned: Any = None
        """What the last call returned."""

    def make(
        self, calls: Iterable[Recorded], see: Callable[[Any], bool] | None = None
    ) -> Generator[None, None, Otherwise | None]:
        """Make the calls; the first that returns something else than it did.

        Yields where others may have a turn. What a call returns as it did is shown to
        `see`, which says whether that is enough.
        """
        live, clock = self.live, time.perf_counter
        step = live.step
        ends = clock() + TURN_S
        for number, recorded in enumerate(calls):
            try:
                kind = recorded.kind
                if kind <= _DRAWN_STEP:
                    if kind == _DRAWN_STEP:
                        live.apply(_DRAW)
                    self.returned = step(recorded.argument)
                else:
                    self.returned = live.apply(recorded.call)
            except (EnvironmentRaised, ResetNeeded) as error:
                return Otherwise(number, f"the call raised: {error.detail}")
            if not _is_same(recorded, self.returned):
                return Otherwise(number, self._why())
            if see is not None and see(self.returned):
                return None
            if clock() > ends:
                yield
                ends = clock() + TURN_S
        return None

    def _why(self) -> str:
        here = cpu_features()
        if here != self._cpu:
            return f"the call was recorded on another kind of processor ({self._cpu}; this one has {here})"
        if self.live.moved is not None:
            return f"other versions are installed than the call was recorded with ({self.live.moved})"
        return "the call returned something else than the log says"


def _is_same(recorded: Recorded, returned: Any) -> bool:
    """Whether a call has returned what it did when it was recorded."""
    kind = recorded.kind
    if kind <= _DRAWN_STEP:
        observation, reward, terminated, truncated, info = returned
        if digest_of(observation, info) != recorded.digest:
            return False
        if type(reward) is float and reward == recorded.reward and terminated is recorded.terminated:
            return truncated is recorded.truncated
        then = outcome_of(recorded.reward, recorded.terminated, recorded.truncated)
        return outcome_of(reward, terminated, truncated) == then
    if kind == _RESET:
        observation, info = returned
        return digest_of(observation, info) == recorded.digest
    return digest_of(returned, None) == recorded.digest


def start_of(loaded: Loaded) -> Loaded:
    """A keyframe as a snapshot from which a copy of the instance can go on."""
    header = msgspec.structs.replace(loaded.header, checkpoint_id="", checkpoint_name="", turn=None, log=None)
    return loaded._replace(header=header)


def difference_in(calls: Sequence[Made], otherwise: Otherwise | None) -> Difference | None:
    """Where a replay of the calls has come out otherwise, if it has."""
    return None if otherwise is None else Difference(calls[otherwise.number].place, otherwise.what)


def check_same(difference: Difference | None) -> None:
    """Refuse what a replay gives that has come out otherwise.

    Raises:
        SnapshotDiverged: it has.
    """
    if difference is not None:
        raise SnapshotDiverged(
            f"Revision {difference.place} cannot be had again here: {difference.what}.",
            revision=difference.place.revision,
        )
