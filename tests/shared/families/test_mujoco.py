"""MuJoCo's environments of versions 4 and 5 have a mechanism each way, and older ones cannot be made."""

import pytest

from shared.errors import NotCreatable
from shared.families.mujoco import MUJOCO
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import proved_mechanism


@pytest.fixture(autouse=True)
def _silent() -> None:
    register_environments(())  # Gymnasium warns of versions that have a newer one


@pytest.mark.parametrize("env_id", ["InvertedPendulum-v4", "HalfCheetah-v5", "Pusher-v5"])
def test_a_version_that_can_be_made_is_carried(env_id: str) -> None:
    mechanism = proved_mechanism(make(Recipe(env_id)))
    assert mechanism is not None
    assert mechanism.name == "mujoco"


def test_one_that_draws_has_a_mechanism_of_its_own() -> None:
    """Its calls are made on the graphics thread."""
    mechanism = proved_mechanism(make(Recipe("Reacher-v5", render_mode="rgb_array")))
    assert mechanism is not None
    assert [mechanism.name] == [*MUJOCO.mechanisms][1:]


def test_pusher_of_version_4_refuses_every_mujoco_from_3_on() -> None:
    with pytest.raises(NotCreatable, match="Pusher-v4"):
        make(Recipe("Pusher-v4"))
