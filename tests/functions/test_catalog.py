"""What the catalogue says can be created can be, and is as it says."""

import dataclasses

import pytest

from shared.session.catalog.catalog import describe_environment, shipped
from shared.settings import Settings
from shared.snapshot.making.make import register_environments
from tests.applications import Api, served


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


def test_ataris_actions_have_their_names() -> None:
    register_environments(("ale_py",))
    entry = shipped("ALE/Pong-v5")
    assert entry is not None
    assert entry["action_meanings"] == ["NOOP", "FIRE", "RIGHT", "LEFT", "RIGHTFIRE", "LEFTFIRE"]
    assert entry == describe_environment("ALE/Pong-v5")


def test_one_that_is_asked_for_alone_has_its_keys(api: Api) -> None:
    [entry] = api.get("/v1/catalog/?env_id=MountainCar-v0").json["environments"]
    assert entry["keys"][:2] == [
        {"codes": [], "action": 1, "meaning": None},
        {"codes": [["ArrowLeft", "KeyA"]], "action": 0, "meaning": None},
    ]
    assert all("keys" not in entry for entry in api.get("/v1/catalog/").json["environments"])


def test_a_large_space_has_its_bounds_once(local: Api) -> None:
    [entry] = local.get("/v1/catalog/?env_id=Pendulum-v1").json["environments"]
    assert (entry["action_space"]["low"], entry["action_space"]["shape"]) == (-2.0, [1])


def test_an_environment_that_somebody_registered_is_listed_and_described_when_asked_for(
    settings: Settings,
) -> None:
    """Described in a process of its own: nobody has made it before."""
    foreign = dataclasses.replace(settings, env_modules=("tests.shared.snapshot.foreign",))
    with served("local", foreign) as client:
        api = Api(client)
        listed = {entry["env_id"]: entry for entry in api.get("/v1/catalog/").json["environments"]}
        assert (listed["ForeignWalk-v0"]["max_episode_steps"], listed["ForeignWalk-v0"]["action_space"]) == (
            50,
            None,
        )
        [entry] = api.get("/v1/catalog/?env_id=ForeignWalk-v0").json["environments"]
        assert (entry["mechanism"], entry["action_space"]["name"]) == (None, "Discrete")
        assert entry["keys"][0]["codes"] == [["Digit0", "Numpad0"]]


def test_an_unknown_id_is_400_in_gymnasiums_words(local: Api) -> None:
    reply = local.get("/v1/catalog/?env_id=Nothing-v0")
    assert (reply.status, "Nothing" in reply.json["detail"]) == (400, True)
