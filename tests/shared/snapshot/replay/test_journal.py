"""The general journal replays whatever is deterministic, with everything that its constructor drew."""

import time
from typing import Any

import pytest
from gymnasium import spaces

from shared.snapshot.contract.calls import Call, Reset, Step
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.vector import subject_to_restore
from shared.snapshot.replay import journal, replay
from shared.snapshot.replay.episode_journal import EPISODE_JOURNAL
from shared.snapshot.replay.journal import JOURNAL
from tests.shared.snapshot import habits
from tests.shared.snapshot.pairs import RESET, adopted, continues_exactly, restored, same_answers
from tests.shared.snapshot.replay.envs import (
    CALLS,
    EPISODES,
    FOUNDLING,
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
