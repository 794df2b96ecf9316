"""What the catalogue says can be created can be, and is as it says."""

import gymnasium
import pytest

from shared.session.catalog import describe_environment
from tests.applications import Api


def test_the_catalogue_holds_the_small_families_with_their_spaces(api: Api) -> None:
    entries = {entry["env_id"]: entry for entry in api.get("/v1/catalog/").json["environments"]}
    cart = entries["CartPole-v1"]
    assert cart["action_space"] == {"name": "Discrete", "n": 2, "shape": [], "dtype": "int64", "start": 0}
    assert cart["render_modes"] == ["human", "rgb_array"]
    assert (cart["render_fps"], cart["max_episode_steps"], cart["reward_threshold"]) == (50, 500, 475.0)
    assert {"Taxi-v4", "FrozenLake-v1", "Pendulum-v1"} <= entries.keys()


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1", "Blackjack-v1", "Taxi-v4"])
def test_an_entry_of_the_shipped_table_is_what_the_environment_says(local: Api, env_id: str) -> None:
    """A release of Gymnasium that changes one fails here: `make catalog` writes the table anew."""
    [entry] = local.get(f"/v1/catalog/?env_id={env_id}").json["environments"]
    assert entry == describe_environment(env_id)


def test_a_large_space_has_its_bounds_once(local: Api) -> None:
    [entry] = local.get("/v1/catalog/?env_id=Pendulum-v1").json["environments"]
    assert (entry["action_space"]["low"], entry["action_space"]["shape"]) == (-2.0, [1])


def test_an_environment_that_somebody_registered_is_listed_and_described_when_asked_for(local: Api) -> None:
    gymnasium.register("Foreign-v0", "gymnasium.envs.classic_control:PendulumEnv", max_episode_steps=7)
    gymnasium.registry["Foreign-v0"].entry_point = "foreign.package:PendulumEnv"
    try:
        listed = {entry["env_id"]: entry for entry in local.get("/v1/catalog/").json["environments"]}
        assert (listed["Foreign-v0"]["max_episode_steps"], listed["Foreign-v0"]["action_space"]) == (7, None)
        gymnasium.registry["Foreign-v0"].entry_point = "gymnasium.envs.classic_control:PendulumEnv"
        [entry] = local.get("/v1/catalog/?env_id=Foreign-v0").json["environments"]
        assert (entry["mechanism"], entry["action_space"]["name"]) == ("classic-control", "Box")
    finally:
        del gymnasium.registry["Foreign-v0"]


def test_an_unknown_id_is_400_in_gymnasiums_words(local: Api) -> None:
    reply = local.get("/v1/catalog/?env_id=Nothing-v0")
    assert (reply.status, "Nothing" in reply.json["detail"]) == (400, True)
