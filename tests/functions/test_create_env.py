"""What `POST /v1/envs/` takes reaches the environment."""

from typing import Any

import gymnasium
import numpy as np

from tests.applications import Api


def floats(array: Any) -> list[float]:
    return [float(value) for value in array]


def test_kwargs_reach_the_constructor(api: Api) -> None:
    instance = api.create("CartPole-v1", kwargs={"sutton_barto_reward": True})
    api.post(f"{instance}/reset/", {"seed": 1})
    assert api.post(f"{instance}/step/", {"action": 1}).json["reward"] == 0.0


def test_max_episode_steps_truncates(api: Api) -> None:
    instance = api.create("MountainCar-v0", max_episode_steps=2)
    api.post(f"{instance}/reset/", {"seed": 1})
    ends = [api.post(f"{instance}/step/", {"action": 1}).json["truncated"] for _ in range(2)]
    assert ends == [False, True]


def test_wrappers_are_applied_innermost_first_and_keep_their_state(api: Api) -> None:
    low, high = np.float32(-1), np.float32(1)
    env = gymnasium.wrappers.FrameStackObservation(
        gymnasium.wrappers.RescaleAction(gymnasium.make("Pendulum-v1"), low, high), 3
    )
    wrappers = [
        {"name": "RescaleAction", "kwargs": {"min_action": -1, "max_action": 1}},
        {"name": "FrameStackObservation", "kwargs": {"stack_size": 3}},
    ]
    instance = api.create("Pendulum-v1", wrappers=wrappers)
    env.reset(seed=4)
    api.post(f"{instance}/reset/", {"seed": 4})
    for action in (0.5, -1.0, 0.25):
        observation = env.step([action])[0]
        reply = api.post(f"{instance}/step/", {"action": [action]})
        assert reply.json["observation"] == [floats(row) for row in observation]
    assert api.get(f"{instance}/observation_space/").json["shape"] == [3, 3]


def test_the_seed_of_creation_seeds_the_first_reset_and_the_spaces(api: Api) -> None:
    env = gymnasium.make("CartPole-v1")
    env.action_space.seed(9)
    instance = api.create(seed=9)
    assert api.post(f"{instance}/reset/").json["observation"] == floats(env.reset(seed=9)[0])
    assert api.post(f"{instance}/reset/").json["observation"] == floats(env.reset()[0])
    for _ in range(5):
        assert api.post(f"{instance}/action_space/sample/").json == {"sample": int(env.action_space.sample())}


def test_a_seed_of_the_first_reset_wins_over_that_of_creation(local: Api) -> None:
    instance = local.create(seed=9)
    expected = floats(gymnasium.make("CartPole-v1").reset(seed=10)[0])
    assert local.post(f"{instance}/reset/", {"seed": 10}).json["observation"] == expected
