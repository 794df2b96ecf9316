"""A rollout gives what as many steps would, in few requests."""

from typing import Any

import gymnasium
import gymnasium_http
import numpy as np
import pytest
from gymnasium_http import Connection, HTTPEnv, InvalidAction, Rollout
from sameness import same


def made(connection: Connection, env_id: str = "CartPole-v1", **options: Any) -> HTTPEnv:
    env = gymnasium_http.make(env_id, connection=connection, **options)
    assert isinstance(env, HTTPEnv)
    return env


def test_a_rollout_is_the_steps_that_the_environment_makes_in_process(connection: Connection) -> None:
    env, local = made(connection), gymnasium.make("CartPole-v1")
    env.reset(seed=4)
    local.reset(seed=4)
    actions = np.array([1, 0, 1, 1, 0, 1, 0])
    result = env.rollout(actions, include=["observations", "rewards", "terminations", "infos"], steps_per_call=3)
    steps = [local.step(action) for action in actions]
    assert same(result.observations, np.array([step[0] for step in steps]))
    assert same(result.rewards, np.array([step[1] for step in steps]))
    assert same(result.terminations, np.zeros(7, bool))
    assert same(result.infos, [{}] * 7)
    assert (result.steps, result.truncations, result.actions, result.resets) == (7, None, None, [])
    assert same(env.step(1), local.step(1))


def test_what_follows_an_end_is_the_callers_choice_across_calls(connection: Connection) -> None:
    actions = [1] * 30
    stopped = _played(connection, actions, on_end="stop")
    assert stopped.steps == 10
    assert stopped.terminations.tolist() == [False] * 9 + [True]
    reset = _played(connection, actions, on_end="reset")
    assert reset.steps == 30
    local = gymnasium.make("CartPole-v1")
    local.reset(seed=4)
    resets = []
    for index in range(1, 31):
        if local.step(1)[2]:
            resets.append((index, *local.reset()))
    assert same([(each.index, each.observation, each.info) for each in reset.resets], resets)


def _played(connection: Connection, actions: list[int], **options: Any) -> Rollout:
    env = made(connection)
    env.reset(seed=4)
    return env.rollout(actions, steps_per_call=7, **options)


def test_random_actions_are_those_that_the_server_draws(connection: Connection) -> None:
    env = made(connection, seed=3)
    env.reset()
    result = env.rollout(policy="random", steps=9, include=["actions"], on_end="reset")
    space = gymnasium.make("CartPole-v1").action_space
    space.seed(3)
    assert result.actions.tolist() == [space.sample() for _ in range(9)]


def test_values_that_are_no_arrays_come_as_lists_with_their_types(connection: Connection) -> None:
    env, local = made(connection, "Blackjack-v1"), gymnasium.make("Blackjack-v1")
    env.reset(seed=4)
    local.reset(seed=4)
    result = env.rollout([1, 0, 0], include=["observations"], on_end="continue", steps_per_call=2)
    assert same(result.observations, [local.step(action)[0] for action in (1, 0, 0)])


def test_a_call_that_the_server_finds_too_large_is_made_in_parts(connection: Connection) -> None:
    env = made(connection)
    env.reset(seed=4)
    result = env.rollout(policy="random", steps=10_500, on_end="reset", steps_per_call=10_500, progress=False)
    assert (result.steps, result.rewards.shape, result.observations.shape) == (10_500, (10_500,), (10_500, 4))


def test_a_failed_call_says_how_much_was_applied(connection: Connection) -> None:
    env = made(connection)
    env.reset(seed=4)
    with pytest.raises(InvalidAction) as raised:
        env.rollout([1, 0, 1, 9], steps_per_call=2)
    assert (raised.value.problem["index"], raised.value.__notes__) == (
        1,
        ["2 steps of earlier calls of this rollout were applied."],
    )
    assert env.record()["steps"] == 2


@pytest.mark.parametrize(
    "arguments",
    [{}, {"actions": [1], "policy": "random"}, {"policy": "random"}, {"actions": [1], "steps": 1}],
    ids=str,
)
def test_a_rollout_of_nothing_in_particular_is_refused(connection: Connection, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"Pass either actions or a policy|Pass steps"):
        made(connection).rollout(**arguments)


def test_no_actions_are_no_steps(connection: Connection) -> None:
    env = made(connection)
    env.reset(seed=4)
    result = env.rollout([])
    assert (result.steps, len(result.observations)) == (0, 0)


def test_a_vector_goes_on_in_all_its_environments(connection: Connection) -> None:
    with gymnasium_http.make_vec("CartPole-v1", 2, connection=connection) as env:
        env.reset(seed=4)
        result = env.rollout(np.ones((20, 2), int), steps_per_call=8)
        assert (result.observations.shape, result.rewards.shape) == ((20, 2, 4), (20, 2))


def test_a_bar_tells_of_every_step_where_tqdm_is_there(connection: Connection, bars: list[Any]) -> None:
    env = made(connection)
    env.reset(seed=4)
    env.rollout([1, 0, 1, 0, 1], steps_per_call=2, progress=True)
    assert bars == [{"total": 5, "unit": "step", "disable": False}, 2, 2, 1, "closed"]
