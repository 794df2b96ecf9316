"""Each operation does to an environment what Gymnasium's own method does."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.errors import EnvironmentRaised, InvalidAction, InvalidValue, NotRenderable
from shared.session.calls import operations
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.episodes import call, created
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session


def applied(recipe: Recipe, *chosen: Any, seed: int | None = 5) -> list[Any]:
    """What the operations return for a new instance, one after another."""
    results: list[Any] = []

    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at, recipe, seed)
        results.extend([(await call(at, reference, operation)).reply for operation in chosen])

    run(test)
    return results


def test_the_first_reset_takes_the_seed_of_creation_and_the_second_does_not() -> None:
    reset = operations.reset(None, None)
    env = gymnasium.make("CartPole-v1")
    expected = [env.reset(seed=3)[0].tolist(), env.reset()[0].tolist()]
    found = applied(Recipe("CartPole-v1", seed=3), reset, reset, seed=None)
    assert [each["observation"].tolist() for each in found] == expected


def test_a_list_of_seeds_is_one_for_each_environment_of_a_vector() -> None:
    with pytest.raises(InvalidValue, match="seed is a list of 3"):
        applied(Recipe("CartPole-v1", num_envs=2), operations.reset([1, 2, 3], None))
    [result] = applied(Recipe("CartPole-v1", num_envs=2), operations.reset([1, 1], None))
    assert result["observation"][0].tolist() == result["observation"][1].tolist()


def test_a_reset_mask_resets_only_those_that_it_names() -> None:
    step = operations.Step([1, 1])
    before, after = applied(
        Recipe("CartPole-v1", num_envs=2, autoreset="Disabled"),
        step,
        operations.reset(None, {"reset_mask": [True, False]}),
    )
    same = (before["observation"] == after["observation"]).all(axis=1)
    assert same.tolist() == [False, True]


def test_a_reward_and_flags_are_pythons_own_unless_wanted_as_they_are() -> None:
    plain, exact = applied(Recipe("Pendulum-v1"), operations.Step([0.5]), operations.Step([0.5], as_it_is=True))
    assert (type(plain["reward"]), type(plain["terminated"])) == (float, bool)
    assert type(exact["reward"]) is np.float64


def test_an_action_outside_its_space_is_refused() -> None:
    with pytest.raises(InvalidAction):
        applied(Recipe("CartPole-v1"), operations.Step(2))


def test_a_sample_is_of_what_its_mask_or_probability_allows() -> None:
    recipe = Recipe("FrozenLake-v1")
    found = applied(
        recipe,
        *[operations.sample("action_space", mask=[0, 0, 1, 0])] * 5,
        *[operations.sample("action_space", probability=[0, 0, 0, 1])] * 5,
    )
    assert [int(each["sample"]) for each in found] == [2] * 5 + [3] * 5
    with pytest.raises(InvalidValue, match="mask is no mask"):
        applied(recipe, operations.sample("action_space", mask=[1]))
    with pytest.raises(EnvironmentRaised, match="sum"):
        applied(recipe, operations.sample("action_space", probability=[0.5, 0, 0, 0]))


def test_a_number_outside_a_box_reaches_the_environment_and_is_not_contained() -> None:
    env = gymnasium.make("Pendulum-v1")
    env.reset(seed=5)
    expected = [env.step(np.array([action], np.float32))[0].tolist() for action in (5.0, np.inf)]
    recipe = Recipe("Pendulum-v1")
    found = applied(
        recipe, operations.Step([5.0]), operations.Step(["Infinity"]), operations.contains("action_space", [5.0])
    )
    assert [each["observation"].tolist() for each in found[:2]] == expected
    assert found[2] == {"contains": False}


def test_a_space_contains_what_its_own_samples_are() -> None:
    [drawn] = applied(Recipe("CartPole-v1"), operations.sample("observation_space"))
    inside, outside = applied(
        Recipe("CartPole-v1"),
        operations.contains("observation_space", drawn["sample"].tolist()),
        operations.contains("observation_space", [0.0]),
    )
    assert (inside, outside) == ({"contains": True}, {"contains": False})


def test_an_interface_is_that_of_the_registered_environment() -> None:
    [single] = applied(Recipe("CartPole-v1"), operations.interface)
    [vector] = applied(Recipe("CartPole-v1", num_envs=3), operations.interface)
    assert single["spec"]["id"] == vector["spec"]["id"] == "CartPole-v1"
    assert single["spec"]["disable_env_checker"] == gymnasium.spec("CartPole-v1").disable_env_checker
    assert (single["num_envs"], vector["num_envs"]) == (None, 3)
    assert {*vector["spaces"]} - {*single["spaces"]} == {"single_action_space", "single_observation_space"}


def test_what_an_instance_does_not_render_is_refused() -> None:
    with pytest.raises(NotRenderable, match="no render_mode, which gives no pictures"):
        applied(Recipe("CartPole-v1"), operations.render(1_000_000))
    with pytest.raises(NotRenderable):
        applied(Recipe("CartPole-v1", render_mode="rgb_array"), operations.render(100))


def test_a_text_is_rendered_as_it_is() -> None:
    [told] = applied(Recipe("FrozenLake-v1", render_mode="ansi"), operations.render(1))
    assert told["render_mode"] == "ansi"
    assert "FFFH" in str(told), "a row of the map"


def test_statistics_begin_and_end_as_told() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False))
        reference = await created(at, Recipe("CartPole-v1", max_episode_steps=1))
        counts = []
        for operation in (
            operations.stop_statistics(),
            operations.start_statistics(resume=True),
            operations.Step(1),
            operations.stop_statistics(),
            operations.reset(1, None),
            operations.Step(1),
            operations.start_statistics(resume=True),
            operations.start_statistics(resume=False),
        ):
            statistics = (await call(at, reference, operation)).header.progress.statistics
            counts.append(None if statistics is None else (statistics.running, statistics.episodes))
        stopped = (False, 1)
        assert counts == [None, (True, 0), (True, 1), stopped, stopped, stopped, (True, 1), (True, 0)]

    run(test)
