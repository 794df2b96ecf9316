"""The catalogue lists what can be created, from a table that `make catalog` writes."""

import json
from typing import Any

import gymnasium
import pytest

from shared.families import family
from shared.frames import PICTURES
from shared.session.catalog import catalog as module
from shared.session.catalog.catalog import as_table, catalog, describe_all, describe_environment, shipped
from shared.snapshot.making.make import register_environments

FOREIGN = "tests.shared.snapshot.foreign"


def listed() -> dict[str, dict[str, Any]]:
    return {entry["env_id"]: entry for entry in catalog()}


@pytest.fixture(autouse=True)
def _registered() -> None:
    register_environments(["ale_py", FOREIGN])


def test_entries_are_sorted_and_without_keys() -> None:
    ids = [entry["env_id"] for entry in catalog()]
    assert ids == sorted({*ids})
    assert not any("keys" in entry for entry in catalog())


def test_every_environment_of_the_table_is_registered() -> None:
    """One that a release has removed would be offered and could not be made."""
    table = json.loads(module.TABLE.read_text())["environments"]
    assert {*table} - {*gymnasium.registry} == set()


def test_only_modes_that_are_served_are_listed() -> None:
    """MuJoCo's `depth_array` and CarRacing's `state_pixels` have no form here."""
    modes = {mode for entry in catalog() for mode in entry["render_modes"] or ()}
    assert modes <= {*PICTURES, "human"}
    assert describe_environment("Hopper-v5")["render_modes"] == ["human", "rgb_array"]


def test_one_of_another_package_is_listed_as_far_as_the_registry_knows_it() -> None:
    entry = listed()["ForeignWalk-v0"]
    assert entry["max_episode_steps"] == 50
    assert (entry["action_space"], entry["mechanism"]) == (None, None)


@pytest.mark.parametrize("env_id", ["Ant-v2", "GymV21Environment-v0", "CartPole-v9"])
def test_one_of_gymnasiums_that_cannot_be_made_is_not_listed(env_id: str) -> None:
    assert env_id not in listed()
    assert shipped(env_id) is None


@pytest.mark.parametrize(
    ("missing", "env_id"), [("Box2D", "LunarLander-v3"), ("mujoco", "Ant-v5"), ("ale_py", "ALE/Pong-v5")]
)
def test_a_family_that_is_not_installed_is_not_listed(
    missing: str, env_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert env_id in listed()
    monkeypatch.setattr(family, "_is_installed", lambda module: module != missing)
    assert env_id not in listed()
    assert "CartPole-v1" in listed()


def test_the_table_has_each_key_map_once() -> None:
    entries = describe_all(["CartPole-v1", "ALE/Pong-v5", "ALE/Breakout-v5", "Ant-v2"])
    assert [*entries] == ["ALE/Breakout-v5", "ALE/Pong-v5", "CartPole-v1"]
    table = json.loads(as_table(entries))
    for env_id, entry in entries.items():
        numbered = table["environments"][env_id]
        assert {**numbered, "keys": table["keymaps"][numbered["keys"]]} == json.loads(json.dumps(entry))
    unique = {json.dumps(entry["keys"]) for entry in entries.values()}
    assert len(table["keymaps"]) == len(unique)


def test_bounds_that_are_equal_everywhere_are_one_number_and_others_a_list() -> None:
    assert describe_environment("Pendulum-v1")["action_space"]["low"] == -2.0
    cart = describe_environment("CartPole-v1")["observation_space"]
    assert len(cart["high"]) == 4


def test_a_mechanism_is_named_only_if_it_needs_no_trial() -> None:
    assert describe_environment("CartPole-v1")["mechanism"] == "classic-control"
    assert describe_environment("ForeignWalk-v0")["mechanism"] is None
