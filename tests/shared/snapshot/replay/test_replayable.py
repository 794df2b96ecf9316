"""The core begins at the first wrapper whose state is not known."""

from typing import Any

import gymnasium
from gymnasium.wrappers import NormalizeObservation, TimeLimit

from shared.snapshot.replay.replayable import core_depth
from tests.shared.snapshot.replay.envs import Foundling


class Unknown(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Any wrapper of somebody's own."""


def test_known_wrappers_are_outside_the_core() -> None:
    assert core_depth(Foundling()) == 0
    assert core_depth(NormalizeObservation(TimeLimit(Foundling(), 5))) == 2


def test_an_unknown_wrapper_belongs_to_the_core_with_all_that_it_wraps() -> None:
    assert core_depth(Unknown(TimeLimit(Foundling(), 5))) == 0
    assert core_depth(TimeLimit(Unknown(TimeLimit(Foundling(), 5)), 5)) == 1
