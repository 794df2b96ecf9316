"""A survey finds the constants of a new environment and the modules that its graph needs."""

from threading import Lock
from typing import Any

import pytest

from shared.codec.plain import NotPlain
from shared.snapshot.graph.survey import Survey
from shared.variables import prepare_process
from tests.shared.snapshot.graph.envs import Forgetful, Visits


def test_sets_of_the_constructor_are_constants_and_later_ones_are_not_added() -> None:
    env = Visits()
    survey = Survey(env)
    assert survey.constants.complete
    assert survey.constants.fingerprint() == Survey(Visits()).constants.fingerprint()
    assert survey.constants.fingerprint() != Survey(Forgetful()).constants.fingerprint()
    with pytest.raises(NotPlain):
        survey.constants.number({1, 2})


def test_the_modules_of_classes_and_functions_are_found() -> None:
    """Their versions stand in a snapshot."""
    modules = Survey(Forgetful()).modules
    assert {Forgetful.__module__, "gymnasium.spaces.box"} <= modules


def test_the_modules_of_a_native_type_and_of_its_leaf_are_found() -> None:
    """The leaf writes and reads a part of the bytes."""
    prepare_process()
    pygame = pytest.importorskip("pygame")
    env: Any = Forgetful()
    env.sprite = pygame.Surface((2, 2))
    assert {"pygame.surface", "shared.snapshot.graph.pygame_leaves"} <= Survey(env).modules


def test_an_environment_that_cannot_be_carried_has_no_survey() -> None:
    env: Any = Forgetful()
    env.lock = Lock()
    with pytest.raises(NotPlain, match=r"^env\.lock"):
        Survey(env)
