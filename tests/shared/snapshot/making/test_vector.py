"""Vector environments are exact: each of their environments, and what the vector itself remembers."""

from typing import Any

import numpy as np
import pytest
from gymnasium.vector import SyncVectorEnv

from shared.errors import SnapshotCorrupt
from shared.snapshot.conformance.check import check_snapshot
from shared.snapshot.contract.calls import Reseed, Reset, Step
from shared.snapshot.contract.recipe import AutoresetMode, Recipe, WrapperRecipe
from shared.snapshot.making.make import make
from shared.snapshot.making.vector import adopt, bodies_in
from shared.snapshot.registry import mechanism_for

MODES: tuple[AutoresetMode, ...] = ("NextStep", "SameStep")


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("autoreset", MODES)
@pytest.mark.parametrize("env_id", ["CartPole-v1", "Blackjack-v1", "Pendulum-v1"])
def test_a_vector_is_exact(env_id: str, autoreset: AutoresetMode) -> None:
    check_snapshot(env_id, num_envs=3, autoreset=autoreset, episodes=(1, 2), steps=30, further=30, chain=12)


@pytest.mark.usefixtures("elsewhere")
def test_a_vector_rendered_in_between_is_exact() -> None:
    check_snapshot(
        "CartPole-v1",
        num_envs=2,
        autoreset="NextStep",
        render_mode="rgb_array",
        episodes=(1,),
        steps=10,
        further=15,
    )


@pytest.mark.usefixtures("elsewhere")
def test_a_vector_of_wrapped_environments_is_exact() -> None:
    wrappers = (WrapperRecipe("FrameStackObservation", {"stack_size": 3}), WrapperRecipe("NormalizeReward"))
    check_snapshot(
        "CartPole-v1",
        num_envs=2,
        autoreset="NextStep",
        wrappers=wrappers,
        episodes=(1, 2),
        steps=20,
        further=30,
        chain=12,
    )


def subject(num_envs: int = 2, autoreset: AutoresetMode = "Disabled") -> Any:
    recipe = Recipe("CartPole-v1", num_envs=num_envs, autoreset=autoreset, seed=3)
    env = make(recipe)
    return adopt(mechanism_for(env), env, recipe)


def test_a_vector_is_gymnasiums_own() -> None:
    assert isinstance(subject().env, SyncVectorEnv)


def test_a_reset_of_some_returns_the_others_last_observations_after_a_restore() -> None:
    """The vector keeps the last observations, which such a reset returns again."""
    origin, other = subject(), subject()
    origin.apply(Reset(1))
    origin.apply(Step(np.array([1, 0])))
    other.restore(origin.capture())
    mask = {"reset_mask": np.array([True, False])}
    expected, found = (each.apply(Reset(5, dict(mask)))[0] for each in (origin, other))
    assert np.array_equal(expected, found)


def test_reseeding_gives_each_environment_a_generator_of_its_own() -> None:
    vector = subject(num_envs=3)
    vector.apply(Reset(1))
    vector.apply(Reseed(5, (0,)))
    states = [generator.bit_generator.state["state"]["state"] for generator in vector.env.np_random]
    assert len(set(states)) == 3


def test_a_body_of_another_number_of_environments_is_refused() -> None:
    with pytest.raises(SnapshotCorrupt, match="another make"):
        subject(num_envs=2).restore(subject(num_envs=3).capture())


def test_the_states_of_a_vectors_environments_are_found_in_its_own() -> None:
    live = subject(num_envs=3)
    recipe = Recipe("CartPole-v1", num_envs=3)
    bodies = bodies_in(recipe, live.capture())
    assert bodies == [tended.subject.capture() for tended in live._tended]
    assert bodies_in(Recipe("CartPole-v1"), bodies[0]) == bodies[:1]
    with pytest.raises(SnapshotCorrupt, match="not that of a vector"):
        bodies_in(recipe, bodies[0])
