"""Two environments of a kind by turns are each as if alone: a sample here, every kind in a target of its own."""

from collections.abc import Iterator

import gymnasium
import pytest

from infra.proofs.turns import kinds_to_play, played
from shared.snapshot.conformance.new_processes import new_processes
from shared.snapshot.making.make import register_environments

HABITS = ("tests.shared.snapshot.habits",)

SAMPLE = ["Acrobot-v1", "Taxi-v4", "LunarLander-v3", "Swimmer-v5", "ALE/Pong-v5"]
"""One of each family."""


@pytest.fixture(scope="module", autouse=True)
def forked() -> Iterator[None]:
    """The new processes of all kinds here are forks of one."""
    with new_processes():
        yield


@pytest.mark.parametrize("env_id", SAMPLE)
def test_two_of_each_family_are_as_if_alone(env_id: str) -> None:
    modules = ("ale_py",) if env_id.startswith("ALE/") else ()
    register_environments(modules)
    assert played(env_id, modules) == "as alone"


def test_a_kind_that_shares_state_is_told_with_the_call_and_the_field() -> None:
    register_environments(HABITS)
    assert "info['moves'] differed" in played("habits/NamedBoard-v0", HABITS)


def test_a_kind_that_cannot_be_made_is_told_as_that() -> None:
    register_environments(HABITS)
    gymnasium.register("NotThere-v0", "no_such_module:Env")
    try:
        assert played("NotThere-v0", ()).startswith("not made: ")
    finally:
        del gymnasium.registry["NotThere-v0"]


def test_every_registered_kind_is_played() -> None:
    assert {"CartPole-v1", "Blackjack-v1", "HalfCheetah-v5"} <= {*kinds_to_play()}


@pytest.mark.slow
def test_every_kind_that_is_installed_is_as_if_alone() -> None:
    register_environments(("ale_py",))
    told = {env_id: played(env_id, ("ale_py",)) for env_id in kinds_to_play()}
    assert {each for each in told.values() if not each.startswith("not made")} == {"as alone"}
