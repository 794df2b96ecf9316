"""The keys of classic control are of its classes and actions."""

import pytest

from shared.families.classic_control import CLASSIC_CONTROL
from tests.shared.families.play import fitting_maps, registered_classes


def test_every_class_with_keys_is_registered() -> None:
    """A misspelt one would leave its environments without keys, silently."""
    assert CLASSIC_CONTROL.keys.keys() <= registered_classes(CLASSIC_CONTROL)


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Acrobot-v1"])
def test_the_keys_are_actions(env_id: str) -> None:
    assert fitting_maps(env_id) == 1
