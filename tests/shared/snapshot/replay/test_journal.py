"""The general journal replays whatever is deterministic, with everything that its constructor drew."""

import time
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from shared.errors import JournalFull, NotExact, SnapshotDiverged
from shared.snapshot.conformance.check import check_recipe
from shared.snapshot.contract.calls import Call, Reset, Step
from shared.snapshot.contract.digest import digest
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.vector import subject_to_restore
from shared.snapshot.replay import journal, replay
from shared.snapshot.replay.journal import EPISODE_JOURNAL, JOURNAL
from tests.shared.snapshot import habits
from tests.shared.snapshot.pairs import RESET, adopted, continues_exactly, restored, same_answers
from tests.shared.snapshot.replay.envs import (
    CALLS,
    EPISODES,
    FOUNDLING,
    PUSHES,
    REWOUND,
    STEPS,
    Foundling,
    Rewound,
)

ENVS = Rewound.__module__


@pytest.mark.parametrize("number", range(0, len(CALLS), 4))
def test_an_environment_that_draws_from_everywhere_is_exact(number: int) -> None:
    """Its constructor's draws come again, and its later ones from where they stood."""
    assert continues_exactly(JOURNAL, FOUNDLING, CALLS[:number], [*CALLS[number:], *CALLS])


def test_without_a_seeded_reset_it_is_exact_too() -> None:
    """What the system gave the constructor then decides everything."""
    unseeded: list[Call] = [RESET, *STEPS[:4]]
    assert continues_exactly(JOURNAL, FOUNDLING, unseeded, unseeded)


def test_two_instances_draw_differently() -> None:
    """Each has global generators of its own."""
    assert not same_answers(adopted(JOURNAL, FOUNDLING), adopted(JOURNAL, FOUNDLING), [RESET])


def test_a_journal_tells_the_versions_of_what_its_calls_are_made_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other code might come to other results."""
    monkeypatch.setattr(journal, "version_here", lambda name: "0.1")
    versions = JOURNAL.versions_of(adopted(JOURNAL, FOUNDLING, [RESET]).capture())
    assert {"python", Foundling.__module__} <= {*versions}
    assert {*versions.values()} == {"0.1"}


def test_closing_closes_the_environment_and_the_one_that_was_given() -> None:
    given = make(FOUNDLING)
    live: Any = JOURNAL.adopt(given, FOUNDLING)
    assert given.unwrapped.closed
    assert not live.env.unwrapped.closed
    live.close()
    assert live.env.unwrapped.closed


def test_never_more_processes_run_than_environments_are_alive() -> None:
    recipe = Recipe("habits/OwnsProcess-v0")
    register_environments([habits.__name__])
    given = make(recipe)
    live: Any = JOURNAL.adopt(given, recipe)
    assert habits.OwnsProcess.running() == 1
    live.apply(Reset(1))
    body = live.capture()
    other = restored(JOURNAL, recipe, body)
    assert habits.OwnsProcess.running() == 2
    other.close()
    live.close()
    assert habits.OwnsProcess.running() == 0


def test_an_environment_that_fails_while_it_is_closed_does_not_fail_a_restore(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Many a `close` takes a window for granted that was never opened."""
    body = adopted(JOURNAL, FOUNDLING, [RESET]).capture()
    monkeypatch.setattr(type(make(FOUNDLING).unwrapped), "close", lambda self: self.window.close())
    restored(JOURNAL, FOUNDLING, body).close()
    assert "failed while it was closed" in caplog.text


def test_waiting_is_not_counted_as_the_time_of_a_replay() -> None:
    """On a busy machine a call takes long, and making it again need not."""
    recipe = Recipe("habits/Waits-v0")
    register_environments([habits.__name__])
    live = adopted(JOURNAL, recipe)
    began = time.perf_counter()
    for call in (Reset(1), Step(0), Step(1)):
        live.apply(call)
    assert time.perf_counter() - began > 0.2
    assert live.core.replay_s() < 0.1


def test_actions_that_cannot_be_written_down_are_not_claimed() -> None:
    """Gymnasium's Graph space has members of a class of its own."""

    class Drawing(Foundling):
        def __init__(self) -> None:
            super().__init__()
            self.action_space: Any = spaces.Graph(spaces.Discrete(3), None)

    assert JOURNAL.suits(Foundling())
    assert not JOURNAL.suits(Drawing())


@pytest.mark.parametrize("number", range(0, len(EPISODES), 4))
def test_a_journal_of_an_episode_is_exact(number: int) -> None:
    """On a new environment, and on one that was in an episode of its own."""
    assert continues_exactly(EPISODE_JOURNAL, REWOUND, EPISODES[:number], [*EPISODES[number:], *EPISODES])
    live = adopted(EPISODE_JOURNAL, REWOUND, EPISODES[:number])
    used = adopted(EPISODE_JOURNAL, REWOUND, [Reset(9), *PUSHES[:5]])
    used.restore(live.capture())
    assert same_answers(live, used, EPISODES[number:])


def test_a_journal_of_an_episode_is_as_long_as_the_episode() -> None:
    live = adopted(EPISODE_JOURNAL, REWOUND, [Reset(1)])
    began = len(live.capture())
    for _ in range(5):
        for call in PUSHES:
            live.apply(call)
        longest = len(live.capture())
        live.apply(RESET)
    assert len(live.calls) == 1
    assert began <= len(live.capture()) < longest
    assert live.core.replay_s() < 1.0


def test_a_reset_is_the_way_out_of_a_journal_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    live = adopted(EPISODE_JOURNAL, REWOUND, [Reset(1), *PUSHES])
    monkeypatch.setattr(replay, "LARGEST_JOURNAL_BYTES", 100)
    with pytest.raises(JournalFull, match=r"calls since its last reset.*; reset it"):
        live.apply(PUSHES[0])
    live.apply(RESET)
    live.apply(PUSHES[0])


def test_an_episode_that_depends_on_earlier_ones_is_found_out() -> None:
    """By a reply, before anything is created."""
    recipe = Recipe("test/Lasting-v0", seed=1)
    with pytest.raises(NotExact, match=r"came out differently"):
        check_recipe(recipe, modules=(ENVS,), mechanism=EPISODE_JOURNAL, chain=2, **EPISODE_JOURNAL.trial)


def test_one_that_begins_every_episode_anew_is_proved() -> None:
    recipe = Recipe("test/Rewound-v0", render_mode="ansi", seed=1)
    check_recipe(recipe, modules=(ENVS,), mechanism=EPISODE_JOURNAL, chain=2, **EPISODE_JOURNAL.trial)


def test_an_attribute_that_came_with_later_episodes_is_told_at_a_restore(monkeypatch: pytest.MonkeyPatch) -> None:
    """No trial plays twenty episodes. The replies are still the same."""
    recipe = Recipe("test/Ageing-v0")
    live = adopted(EPISODE_JOURNAL, recipe, [Reset(1), RESET])
    with pytest.raises(SnapshotDiverged, match=r"came out differently"):
        restored(EPISODE_JOURNAL, recipe, live.capture())


def test_every_reply_of_the_episode_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last alone may be right by chance."""
    live = adopted(EPISODE_JOURNAL, REWOUND, [Reset(1), *PUSHES, RESET, *PUSHES[:3]])
    body, first = live.capture(), True

    def told_apart(result: Any) -> str:
        nonlocal first
        found, first = ("another" if first else digest(result)), False
        return found

    other = adopted(EPISODE_JOURNAL, REWOUND)
    monkeypatch.setattr(journal, "digest", told_apart)
    with pytest.raises(SnapshotDiverged, match=r"came out differently"):
        other.restore(body)


def test_other_numbers_of_generators_are_told_at_a_restore() -> None:
    recipe = Recipe("test/Multiplying-v0")
    live = adopted(EPISODE_JOURNAL, recipe, [Reset(1), PUSHES[0], RESET])
    with pytest.raises(SnapshotDiverged, match=r"more or fewer generators"):
        restored(EPISODE_JOURNAL, recipe, live.capture())


def test_what_an_episode_sets_in_the_process_keeps_the_journal_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next episode has it too."""

    def step(self: Any, action: Any) -> Any:
        np.seterr(all="raise")
        return stepped(self, action)

    stepped = Rewound.step
    monkeypatch.setattr(Rewound, "step", step)
    live = adopted(EPISODE_JOURNAL, REWOUND, [Reset(1), *PUSHES[:3], RESET, PUSHES[0]])
    assert len(live.calls) == 6
    assert not live.core.restarts
    assert same_answers(live, restored(EPISODE_JOURNAL, REWOUND, live.capture()), [*PUSHES, RESET, PUSHES[0]])
    assert np.geterr()["divide"] != "raise"


@pytest.mark.parametrize("mechanism", [JOURNAL, EPISODE_JOURNAL], ids=lambda mechanism: mechanism.name)
def test_a_restore_makes_one_environment(mechanism: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """To make a simulated arm takes 0.1 s."""
    live = adopted(mechanism, REWOUND, EPISODES)
    made: list[Any] = []

    def noted(recipe: Recipe) -> Any:
        made.append(make(recipe))
        return made[-1]

    monkeypatch.setattr(replay, "make", noted)
    other = subject_to_restore(mechanism, REWOUND)
    other.restore(live.capture())
    assert len(made) == 1
    assert same_answers(live, other, EPISODES)
    other.close()
    assert made[0].unwrapped.closed == 1


def test_a_subject_that_was_never_restored_can_be_closed() -> None:
    subject_to_restore(JOURNAL, REWOUND).close()


def test_a_vector_is_restored_by_the_environments_that_it_has() -> None:
    assert JOURNAL.rebuild(Recipe("test/Rewound-v0", num_envs=2)) is None
