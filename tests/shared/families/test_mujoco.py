"""MuJoCo's environments of versions 4 and 5 have a mechanism each way, and older ones cannot be made."""

from typing import Any

import pytest

from shared.errors import NotCreatable
from shared.families.family import UnsuitableArgument
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


@pytest.mark.parametrize(
    ("kwargs", "words"),
    [
        ({"camera_id": 1}, "camera_id is 1; the model of Swimmer-v5 has -1 to 0"),
        ({"camera_id": -2}, "camera_id is -2"),
        ({"default_camera_config": {"trackbodyid": 99}}, "trackbodyid is 99"),
        ({"default_camera_config": {"type": 4}}, "type is 4"),
        ({"default_camera_config": {"type": 1}}, "trackbodyid is -1; .* has 0 to"),
        ({"default_camera_config": {"type": 2}}, "fixedcamid is -1; .* has 0 to 0"),
    ],
    ids=str,
)
def test_a_view_that_the_model_does_not_have_is_refused(kwargs: dict[str, Any], words: str) -> None:
    """MuJoCo would end the process at the first frame."""
    with pytest.raises(NotCreatable, match=words):
        make(Recipe("Swimmer-v5", render_mode="rgb_array", kwargs=kwargs))


@pytest.mark.parametrize(
    "kwargs",
    [
        {"frame_skip": 0},
        {"width": -1},
        {"height": 2.5},
        {"max_geom": "many"},
        {"camera_id": 1.0},
        {"camera_name": 3},
        {"default_camera_config": {"userdata": 1}},
        {"default_camera_config": {"lookat": [0, 0]}},
        {"visual_options": {"x": True}},
        {"visual_options": {"3": 2}},
    ],
    ids=str,
)
def test_what_its_native_code_cannot_read_is_refused_by_name(kwargs: dict[str, Any]) -> None:
    with pytest.raises(UnsuitableArgument, match=f"{next(iter(kwargs))} is .*; send"):
        MUJOCO.check_kwargs("Ant-v5", kwargs)


def test_a_view_that_the_model_has_is_accepted() -> None:
    kwargs = {"default_camera_config": {"lookat": [0, 0, 1], "distance": 3.0}, "visual_options": {"3": True}}
    MUJOCO.check_kwargs("Ant-v5", kwargs)
    made: Any = make(Recipe("Ant-v5", kwargs={**kwargs, "camera_id": 0})).unwrapped
    assert made.mujoco_renderer.camera_id == 0
    assert MUJOCO.constructor_kwargs(kwargs)["visual_options"] == {3: True}
