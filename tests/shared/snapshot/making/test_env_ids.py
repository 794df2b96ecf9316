"""An id leads to its family."""

import pytest

from shared.snapshot.making.env_ids import registered_family
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
