"""An id leads to its family, and an old id to the version that has replaced it."""

import gymnasium
import pytest

from shared.snapshot.making.env_ids import newest_version, registered_family
from shared.snapshot.making.make import register_environments


@pytest.fixture(autouse=True)
def _registered() -> None:
    register_environments(["ale_py", "tests.shared.snapshot.foreign"])


@pytest.mark.parametrize(
    ("env_id", "name"),
    [
        ("CartPole-v1", "classic-control"),
        ("Taxi-v4", "toy-text"),
        ("BipedalWalker-v3", "box2d"),
        ("Ant-v5", "mujoco"),
        ("ALE/Pong-v5", "atari"),
        ("ale_py:ALE/Pong-v5", "atari"),
        ("phys2d/CartPole-v1", "jax"),
    ],
)
def test_a_registered_id_has_a_family(env_id: str, name: str) -> None:
    assert getattr(registered_family(env_id), "name", None) == name


@pytest.mark.parametrize("env_id", ["ForeignWalk-v0", "Nothing-v0", "", "a:b:c", "GymV21Environment-v0"])
def test_another_packages_id_and_one_that_is_not_registered_have_none(env_id: str) -> None:
    assert registered_family(env_id) is None


@pytest.mark.parametrize(
    ("env_id", "newest"),
    [
        ("CartPole-v0", "CartPole-v1"),
        ("Ant-v2", "Ant-v5"),
        ("Pong-v0", "ALE/Pong-v5"),
        ("CartPole-v1", None),
        ("ALE/Pong-v5", None),
        ("CartPole", None),
        ("Nothing-v0", None),
        ("not an id", None),
    ],
)
def test_the_newest_version_is_found_for_an_id_that_names_an_older_one(env_id: str, newest: str | None) -> None:
    assert newest_version(env_id) == newest


def test_a_namespace_that_is_given_is_kept() -> None:
    assert "phys2d/CartPole-v1" in gymnasium.registry
    assert newest_version("phys2d/CartPole-v0") == "phys2d/CartPole-v1"
    assert newest_version("other/CartPole-v0") is None
