"""A process keeps the pattern of few recipes, and only where an environment holds something large."""

from threading import Lock
from typing import Any

import gymnasium
import pytest
from gymnasium.spaces import Discrete

from shared.codec.plain import NotPlain
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.graph.pattern import MOST_PATTERNS, Pattern, Patterns, Survey, layer_names
from shared.snapshot.isolation.process_state import ProcessState
from shared.variables import prepare_process
from tests.shared.snapshot.graph.conftest import Register
from tests.shared.snapshot.graph.envs import Forgetful, Visits
from tests.shared.snapshot.graph.tank import TANK, Tank

RECIPE = Recipe("a/Tank-v0", seed=1)


class Watered(gymnasium.Env[Any, Any]):
    def __init__(self, tank: Tank | None) -> None:
        self.observation_space = self.action_space = Discrete(2)
        self.tank = tank
        self.names = {"left", "right"}


@pytest.fixture
def pattern(register: Register) -> Pattern:
    register("tank", **{TANK.type: "tests.shared.snapshot.graph.tank:TANK"})
    return Pattern.of(Watered(Tank(3)))


def test_a_pattern_is_kept_for_every_seed(pattern: Pattern) -> None:
    patterns = Patterns()
    patterns.keep(RECIPE, pattern)
    found = patterns.get(Recipe("a/Tank-v0", seed=2))
    assert found is not None
    assert found.fingerprint == pattern.fingerprint
    assert found.layers == layer_names(Watered(None))
    assert patterns.get(Recipe("a/Tank-v0", kwargs={"size": 3})) is None


def test_each_environment_has_sets_and_settings_of_its_own(pattern: Pattern) -> None:
    patterns = Patterns()
    patterns.keep(RECIPE, pattern)
    one, other = patterns.get(RECIPE), patterns.get(RECIPE)
    assert one is not None
    assert other is not None
    assert len({id(each.process) for each in (pattern, one, other)}) == 3
    numbers = range(len(one.constants._found))
    sets = [each.constants._found[number] for each in (pattern, one, other) for number in numbers]
    assert len({id(each) for each in sets if type(each) is set}) == 3
    assert all(each == {"left", "right"} for each in sets if type(each) is set)


def test_one_without_large_objects_is_not_kept() -> None:
    patterns = Patterns()
    patterns.keep(RECIPE, Pattern.of(Watered(None)))
    assert patterns.get(RECIPE) is None


def test_the_one_used_longest_ago_goes_first(pattern: Pattern) -> None:
    patterns = Patterns()
    for number in range(MOST_PATTERNS):
        patterns.keep(Recipe(f"a/Tank-v{number}"), pattern)
    assert patterns.get(Recipe("a/Tank-v0")) is not None
    patterns.keep(Recipe("a/New-v0"), pattern)
    assert patterns.get(Recipe("a/Tank-v1")) is None
    assert patterns.get(Recipe("a/Tank-v0")) is not None
    assert patterns.get(Recipe("a/New-v0")) is not None


def test_what_a_constructor_has_set_holds_for_the_next_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    state = ProcessState()
    with state.of_constructor():
        monkeypatch.setattr(gymnasium.logger, "min_level", 7)
    with state.lent():
        gymnasium.logger.min_level = 8
    renewed = state.renewed()
    assert (state.changed, renewed.changed) == (["gymnasium.logger.min_level"], [])
    with renewed.lent():
        assert gymnasium.logger.min_level == 7


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
    assert {"pygame.surface", "shared.snapshot.pygame.leaves"} <= Survey(env).modules


def test_an_environment_that_cannot_be_carried_has_no_survey() -> None:
    env: Any = Forgetful()
    env.lock = Lock()
    with pytest.raises(NotPlain, match=r"^env\.lock"):
        Survey(env)
