"""Snapshots are continued in a process that shares nothing with this one but what it is told."""

from typing import Any

import pytest

from shared.errors import JournalFull, NotExact
from shared.snapshot.conformance.fresh_process import Continuations, carry_out, in_fresh_process
from shared.snapshot.conformance.scenario import make_seeded, record
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.vector import adopt
from shared.snapshot.registry import mechanism_named

RECIPE = Recipe("CartPole-v1", seed=1)
SCENARIO = record(RECIPE, episodes=(1,), steps=8, further=30)


def continuations(**changes: Any) -> Continuations:
    """Of a new environment, through the whole scenario and through a chain."""
    body = adopt(mechanism_named("classic-control"), make_seeded(RECIPE), RECIPE).capture()
    told: dict[str, Any] = {"modules": (), "recipe": RECIPE, "mechanism": "classic-control"}
    return Continuations(**{**told, "tails": [(body, SCENARIO.calls)], "chain": SCENARIO.calls[:12], **changes})


def test_the_results_are_those_of_the_uninterrupted_environment() -> None:
    found = in_fresh_process(continuations())
    assert found.tails == [SCENARIO.outcomes]
    assert found.chain == SCENARIO.outcomes[:12]
    assert found.reused == [SCENARIO.outcomes[:20]]
    assert len(found.restore_s) == 1 + 12


def test_in_this_process_they_are_the_same() -> None:
    here, there = carry_out(continuations()), in_fresh_process(continuations())
    assert (here.tails, here.chain, here.reused) == (there.tails, there.chain, there.reused)


def test_a_snapshot_that_cannot_be_restored_there_is_not_exact() -> None:
    with pytest.raises(NotExact, match="CartPole-v1 cannot be continued in a fresh process: The state"):
        in_fresh_process(continuations(tails=[(b"\xc1", SCENARIO.calls)]))


def test_a_process_that_ends_is_not_exact_and_its_end_is_told() -> None:
    with pytest.raises(NotExact, match=r"in a fresh process, which ended with status 3"):
        in_fresh_process(continuations(modules=("tests.harmful",), recipe=Recipe("Exiting-v0")))


def test_an_exception_there_is_a_result_that_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the state of a wrong restore leads to is told by the call at which it shows."""
    monkeypatch.setattr("gymnasium.envs.classic_control.CartPoleEnv.step", lambda *_: 1 / 0)
    found = carry_out(continuations())
    assert found.tails[0][0] == SCENARIO.outcomes[0]
    assert found.tails[0][1] == {"raised": "ZeroDivisionError: division by zero"}


def test_a_full_journal_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise JournalFull("full")

    monkeypatch.setattr("gymnasium.envs.classic_control.CartPoleEnv.step", full)
    with pytest.raises(JournalFull):
        carry_out(continuations())


def test_what_was_changed_in_this_process_does_not_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymnasium.envs.classic_control.CartPoleEnv.step", lambda *_: 1 / 0)
    assert in_fresh_process(continuations()).tails == [SCENARIO.outcomes]
