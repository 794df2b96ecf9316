"""Spaces are those of the environment in process."""

import gymnasium
import pytest

from shared.wire.spaces.description import rebuild
from tests.applications import Api


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1", "Blackjack-v1", "FrozenLake-v1", "Taxi-v4"])
def test_a_client_rebuilds_equal_spaces(local: Api, env_id: str) -> None:
    env = gymnasium.make(env_id)
    instance = local.create(env_id)
    assert rebuild(local.get(f"{instance}/action_space/").json) == env.action_space
    assert rebuild(local.get(f"{instance}/observation_space/").json) == env.observation_space


def test_contains_judges_a_value_as_an_action_would_be(api: Api) -> None:
    instance = api.create("Pendulum-v1")
    for value, member in [([0.5], True), ([3.0], False), (0.5, False), ("x", False), (None, False)]:
        reply = api.post(f"{instance}/action_space/contains/", {"value": value})
        assert reply.json == {"contains": member}
    reply = api.post(f"{instance}/observation_space/contains/", {"value": [1.0, 0.0, -8.0]})
    assert reply.json == {"contains": True}
    assert api.get(instance).json["revision"] == 0
