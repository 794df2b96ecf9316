"""Every mechanism through the service: servers that share nothing but the store, and forks."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.settings import Settings
from shared.snapshot.making.arguments import constructor_kwargs
from shared.snapshot.making.make import register_environments
from tests.applications import Api, served

ENVIRONMENTS = [
    ("CartPole-v1", {}),
    ("Taxi-v4", {}),
    ("LunarLander-v3", {}),
    ("BipedalWalker-v3", {}),
    ("HalfCheetah-v5", {}),
    ("ALE/Pong-v5", {"obs_type": "ram"}),
    ("ALE/Breakout-v5", {"obs_type": "ram", "frameskip": [2, 5]}),
]


def flat(value: Any) -> Any:
    return [float(item) for item in np.asarray(value).ravel()]


@pytest.mark.parametrize(("env_id", "kwargs"), ENVIRONMENTS, ids=[env_id for env_id, _ in ENVIRONMENTS])
def test_calls_to_applications_that_share_nothing_equal_those_in_process(
    settings: Settings, env_id: str, kwargs: dict[str, Any]
) -> None:
    register_environments(["ale_py"])
    env = gymnasium.make(env_id, disable_env_checker=True, **constructor_kwargs(env_id, kwargs))
    env.action_space.seed(3)
    with served("local", settings) as one, served("local", settings) as other:
        instance = Api(one).create(env_id, kwargs=kwargs)
        observation, _ = env.reset(seed=5)
        found = Api(other).post(f"{instance}/reset/", {"seed": 5}).json["observation"]
        assert flat(found) == flat(observation)
        for number in range(12):
            action = env.action_space.sample()
            observation, reward, terminated, truncated, _ = env.step(action)
            client = (one, other)[number % 2]
            reply = Api(client).post(f"{instance}/step/", {"action": np.asarray(action).tolist()}).json
            assert flat(reply["observation"]) == flat(observation)
            assert (reply["reward"], reply["terminated"], reply["truncated"]) == (reward, terminated, truncated)


@pytest.mark.parametrize(("env_id", "kwargs"), ENVIRONMENTS, ids=[env_id for env_id, _ in ENVIRONMENTS])
def test_a_fork_goes_on_as_its_origin(local: Api, env_id: str, kwargs: dict[str, Any]) -> None:
    instance = local.create(env_id, kwargs=kwargs, seed=4)
    local.post(f"{instance}/reset/")
    actions = [local.post(f"{instance}/action_space/sample/").json["sample"] for _ in range(10)]
    for action in actions[:5]:
        local.post(f"{instance}/step/", {"action": action})
    twin = "/v1/envs/" + local.post(f"{instance}/fork/").json["instance_ids"][0]
    for action in actions[5:]:
        replies = [local.post(f"{each}/step/", {"action": action}).json for each in (instance, twin)]
        assert replies[0] == replies[1]
    resets = [local.post(f"{each}/reset/").json for each in (instance, twin)]
    assert resets[0] == resets[1]


@pytest.mark.parametrize("kwargs", [{"game": "combat"}, {"frameskip": [2, 10**9]}, {"frameskip": 0}])
def test_arguments_with_which_an_emulator_would_end_or_hang_are_400(local: Api, kwargs: dict[str, Any]) -> None:
    register_environments(["ale_py"])
    reply = local.post("/v1/envs/", {"env_id": "ALE/Pong-v5", "kwargs": kwargs})
    assert (reply.status, reply.json["type"]) == (400, "urn:gym-http:problem:not-creatable")
