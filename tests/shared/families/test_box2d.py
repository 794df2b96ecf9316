"""Box2D's keys fit the discrete and the continuous action space of a class, and meanings are of keys."""

from typing import Any

import pytest

from shared.families.box2d import BOX2D
from tests.shared.families.play import fitting_maps, registered_classes


def test_every_class_with_keys_is_registered() -> None:
    assert BOX2D.keys.keys() <= registered_classes(BOX2D)


@pytest.mark.parametrize("continuous", [False, True])
@pytest.mark.parametrize("env_id", ["LunarLander-v3", "CarRacing-v3"])
def test_one_map_fits_each_action_space(env_id: str, continuous: bool) -> None:
    assert fitting_maps(env_id, continuous=continuous) == 1


@pytest.mark.parametrize("name", BOX2D.keys)
def test_a_meaning_is_of_a_single_key(name: str) -> None:
    keys = BOX2D.keys[name]
    singles = {key for each in keys.actions for key in each if len(key) == 1}
    assert {*keys.meanings} == singles


@pytest.mark.parametrize("name", BOX2D.keys)
def test_keys_held_together_add_up_to_what_they_do_alone(name: str) -> None:
    """Such as steering while braking."""
    _discrete, continuous = BOX2D.keys[name].actions
    rest: Any = continuous[""]
    for held, action in continuous.items():
        alone = [continuous[key] for key in held]
        assert action == [sum(parts) + start for start, *parts in zip(rest, *alone, strict=True)], held
