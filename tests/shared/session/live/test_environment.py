"""A live environment is called as its operations say, captured when it has changed, and its steps are counted."""

import itertools
import sys
import time
from collections.abc import Generator
from typing import Any

import gymnasium
import msgspec
import numpy as np
import pytest

from shared.errors import EnvironmentRaised, InvalidAction, JournalFull, ResetNeeded, SnapshotDiverged
from shared.session.live.environment import Attempt, LiveEnvironment, Operation, ProgressCounter
from shared.session.live.placement import CallLimit, Placement, usage
from shared.session.stored.header import Header
from shared.session.stored.progress import Progress
from shared.session.stored.snapshots import Loaded
from shared.session.stored.statistics import Statistics
from shared.snapshot.contract.calls import Call, Render, Step
from shared.snapshot.contract.recipe import Recipe
from shared.storage.protocol import Tag

STEPS = [(1, False, False), (2, True, False), (4, False, False), (8, False, True), (16, False, False)]
"""Two episodes end, after the second and the fourth step."""


def counted(statistics: Statistics | None = None, **recipe: Any) -> list[Progress]:
    counter = ProgressCounter(Recipe("CartPole-v1", **recipe), Progress(episode=1, statistics=statistics))
    counts = []
    for step in STEPS:
        counter.step(*step)
        counts.append(counter.progress)
    return counts


@pytest.mark.parametrize(
    ("autoreset", "expected"),
    [
        ("Disabled", [(1, 1, 1, False), (1, 2, 3, True), (1, 3, 7, False), (1, 4, 15, True), (1, 5, 31, False)]),
        ("SameStep", [(1, 1, 1, False), (2, 0, 0, False), (2, 1, 4, False), (3, 0, 0, False), (3, 1, 16, False)]),
        ("NextStep", [(1, 1, 1, False), (1, 2, 3, True), (2, 0, 0, False), (2, 1, 8, True), (3, 0, 0, False)]),
    ],
)
def test_an_episode_is_counted_from_its_reset(
    autoreset: str, expected: list[tuple[int, int, float, bool]]
) -> None:
    counts = counted(autoreset=autoreset)
    assert [(each.episode, each.steps, each.episode_return, each.ended) for each in counts] == expected


def test_statistics_have_each_episode_once_at_its_end() -> None:
    *_, last = counted(Statistics())
    assert last.statistics is not None
    assert [(each.steps, each.episode_return) for each in last.statistics.latest] == [(2, 3.0), (4, 15.0)]


def test_a_reward_of_several_numbers_counts_each_of_them_and_their_sum() -> None:
    counter = ProgressCounter(Recipe("CartPole-v1"), Progress(episode=1, statistics=Statistics()))
    counter.step(np.array([1.0, -3.0]), False, False)
    counter.step([2, 0.5], [True, True], [False, False])
    assert (counter.progress.episode_return, counter.progress.vector_return) == (0.5, (3.0, -2.5))
    assert counter.progress.ended
    assert counter.progress.statistics is not None
    assert counter.progress.statistics.latest[0].vector_return == (3.0, -2.5)
    counter.reset()
    assert counter.progress.vector_return == ()


@pytest.mark.parametrize("other", [1.0, None, [1.0, 2.0, 3.0]])
def test_rewards_of_several_kinds_have_only_their_sum(other: Any) -> None:
    counter = ProgressCounter(Recipe("CartPole-v1"), Progress(episode=1))
    for reward in (other, [1.0, 1.0], other, [1.0, 1.0]):
        counter.step(reward, False, False)
    assert counter.progress.vector_return == ()
    assert counter.progress.episode_return == 4 + 2 * np.sum(0.0 if other is None else other)


def test_a_vector_is_counted_as_one_and_ends_when_all_have_ended() -> None:
    counter = ProgressCounter(Recipe("CartPole-v1", num_envs=2, autoreset="NextStep"), Progress(episode=1))
    counter.step(np.array([1.0, 2.0]), np.array([True, False]), np.array([False, False]))
    assert counter.progress == Progress(1, 1, 3.0, False)
    counter.step(np.array([1.0, 2.0]), np.array([True, False]), np.array([False, True]))
    assert counter.progress == Progress(1, 2, 6.0, True)


class _Scripted:
    """A subject whose calls end as a test says, and whose state is how many were made."""

    def __init__(self, *, raises: Exception | None = None) -> None:
        self.env = gymnasium.make("CartPole-v1")
        self.made = 0
        self._raises = raises

    def apply(self, call: Call) -> Any:
        self.made += 1
        if self._raises is not None:
            raise self._raises
        return np.zeros(4), 1.0, False, False, {}

    def capture(self) -> bytes:
        return b"%d" % self.made

    def restore(self, body: bytes) -> None:
        self.made = int(body)

    def close(self) -> None:
        self.env.close()


LOADED = Loaded(
    Header(
        "ann", "an-id", Recipe("CartPole-v1"), "classic-control", {}, "", 0.0, 0.0, 3, b"", Progress(episode=1)
    ),
    b"0",
    Tag("a-tag"),
)


def live(subject: _Scripted | None = None) -> LiveEnvironment:
    return LiveEnvironment(subject or _Scripted(), Placement(CallLimit()).loop, LOADED)


def attempt(environment: LiveEnvironment, operation: Operation, *, packed: bool = False) -> Attempt:
    """What the operation comes to, its turns taken one after another."""
    turns = environment.attempt(operation, str, packed=packed)
    while True:
        try:
            next(turns)
        except StopIteration as end:
            made: Attempt = end.value
            return made


def test_an_operation_that_calls_nothing_leaves_nothing_to_save() -> None:
    made = attempt(live(), lambda environment: "seen")
    assert (made.reply, made.body, made.progress, made.packed) == ("seen", None, Progress(episode=1), None)


def test_a_call_that_changes_the_state_is_captured_and_counted() -> None:
    made = attempt(live(), lambda environment: environment.step(1)[1])
    assert (made.reply, made.body, made.progress.steps) == ("1.0", b"1", 1)


def test_a_call_that_changes_nothing_leaves_nothing_to_save() -> None:
    unmoved = _Scripted()
    unmoved.made = -1
    assert attempt(live(unmoved), lambda environment: environment.apply(Render())).body is None


def test_each_try_counts_from_what_is_stored() -> None:
    environment = live()
    tries = [attempt(environment, lambda environment: environment.step(1)) for _ in range(2)]
    assert [made.progress.steps for made in tries] == [1, 1]


def test_a_result_is_packed_only_if_it_is_to_be_told_again() -> None:
    assert attempt(live(), lambda environment: 1, packed=True).packed is None  # nothing was changed
    assert attempt(live(), lambda environment: environment.step(1)[1], packed=True).packed is not None


def test_an_exception_of_the_environment_is_told_and_touches_it() -> None:
    environment = live(_Scripted(raises=KeyError("x")))
    with pytest.raises(EnvironmentRaised, match="KeyError"):
        attempt(environment, lambda environment: environment.step(1))
    assert environment.touched


def test_a_call_that_a_full_journal_refuses_does_not_touch_the_environment() -> None:
    environment = live(_Scripted(raises=JournalFull("full")))
    with pytest.raises(JournalFull):
        attempt(environment, lambda environment: environment.step(1))
    assert not environment.touched


def test_one_that_came_out_differently_after_it_slept_is_told_as_that() -> None:
    environment = live(_Scripted(raises=SnapshotDiverged("it slept")))
    with pytest.raises(SnapshotDiverged, match="it slept"):
        attempt(environment, lambda environment: environment.step(1))
    assert environment.touched


def test_a_step_before_the_first_reset_says_to_reset() -> None:
    environment = live(_Scripted(raises=gymnasium.error.ResetNeeded("Not yet.")))
    with pytest.raises(ResetNeeded, match=r"Not yet\. Call reset first"):
        attempt(environment, lambda environment: environment.apply(Step(1)))


def test_a_space_that_was_replaced_casts_as_the_new_one_does() -> None:
    environment = live()
    assert environment.cast(gymnasium.spaces.Discrete(2), 1) == 1
    for count in range(3, 20):  # an id of one that is gone may be used again
        assert environment.cast(gymnasium.spaces.Discrete(count), count - 1) == count - 1
    with pytest.raises(InvalidAction):
        environment.cast(gymnasium.spaces.Discrete(2), 2)


def test_the_time_of_others_turns_is_not_the_operations() -> None:
    environment = live()

    def in_turns(_: LiveEnvironment) -> Generator[None, None, int]:
        yield
        return 1

    turns = environment.attempt(in_turns, str, packed=False)
    next(turns)
    time.sleep(0.5)
    assert [*turns] == [None]
    assert environment.seconds < 0.5


def test_a_newer_snapshot_is_continued_from() -> None:
    subject = _Scripted()
    environment = live(subject)
    newer = LOADED._replace(body=b"41", header=msgspec.structs.replace(LOADED.header, revision=4))
    environment.refresh(newer)
    assert (subject.made, environment.header.revision, environment.loaded) == (41, 4, newer)


def test_an_environment_that_a_newer_snapshot_replaces_is_the_one_that_is_asked() -> None:
    """As an object graph and a journal do: their environments, and so the spaces, are other objects then."""

    class Replaced(_Scripted):
        def restore(self, body: bytes) -> None:
            self.env = gymnasium.make("Pendulum-v1")

    subject = Replaced()
    environment = live(subject)
    environment.refresh(LOADED)
    assert environment.env is subject.env


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a thread has used")
def test_time_in_which_the_machine_ran_something_else_does_not_count_for_the_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The clock goes on by a second with each look, and nobody waits for anything."""
    ticks = itertools.count()
    monkeypatch.setattr("shared.session.live.environment.time.perf_counter", lambda: float(next(ticks)))
    environment = live()
    while True:  # another thread of this process may take the interpreter at any moment
        before = usage()
        attempt(environment, lambda each: each.apply(Step(1)))
        now = usage()
        assert before is not None
        assert now is not None
        if now.ru_nvcsw == before.ru_nvcsw:
            break
    assert environment.seconds >= 1
    assert environment.held < 1


def test_time_in_which_a_call_waits_counts_for_the_place() -> None:
    environment = live()
    attempt(environment, lambda _: time.sleep(0.01))
    assert environment.held == environment.seconds >= 0.01
