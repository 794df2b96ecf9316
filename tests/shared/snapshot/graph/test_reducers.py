"""Python's own objects are made again from their attributes, code and cells, whatever they say themselves."""

import types
from collections import OrderedDict
from collections.abc import Callable
from enum import Enum
from fractions import Fraction
from typing import Any

import pytest

from shared.codec.plain import NotPlain
from shared.snapshot.graph.reducers import is_its_attributes
from shared.snapshot.graph.testing import graph_of, restored
from tests.shared.snapshot.graph.envs import Composed, Forgetful, Keeper, Selective

_SCALE = [2.0]


class Member(Enum):
    ONE = 1


class Slotted:
    __slots__ = ("empty", "value")
    value: int

    def __getstate__(self) -> Any:
        return None


class Restoring:
    """Says how it is restored, and would leave `note` out."""

    def __init__(self) -> None:
        self.note = "kept"

    def __setstate__(self, state: Any) -> None:
        self.note = "lost"


@pytest.mark.parametrize("kind", [Forgetful, Selective, Composed, Keeper, Restoring, Slotted])
def test_environments_and_classes_with_a_state_of_their_own_are_their_attributes(kind: type) -> None:
    assert is_its_attributes(kind)


@pytest.mark.parametrize("kind", [Member, Fraction, OrderedDict, types.SimpleNamespace, list])
def test_other_classes_are_believed(kind: type) -> None:
    assert not is_its_attributes(kind)


def test_an_environment_that_is_a_native_object_too_is_refused() -> None:
    with pytest.raises(NotPlain, match="is an environment and a list in one"):
        is_its_attributes(type("Both", (list, Forgetful), {}))


def test_attributes_and_slots_come_back_without_a_call_to_the_class() -> None:
    restoring, slotted = Restoring(), Slotted()
    slotted.value = 3
    found = restored(graph_of([restoring, slotted]))
    assert found[0].note == "kept"
    assert found[1].value == 3
    assert not hasattr(found[1], "empty")


def counter() -> tuple[Callable[[], int], Callable[[], int]]:
    count = 0

    def add() -> int:
        nonlocal count
        count += 1
        return count

    return add, lambda: count


def test_functions_that_share_a_variable_still_do() -> None:
    add, read = restored(graph_of(counter()))
    add()
    assert read() == 1
    assert counter()[1]() == 0


def test_a_function_comes_back_with_its_modules_own_globals_and_its_attributes() -> None:
    def scaled(value: float, by: int = 3, *, plus: int = 4) -> float:
        return value * by * _SCALE[0] + plus

    scaled.note = "kept"  # type: ignore[attr-defined]
    found = restored(graph_of(scaled))
    assert found.__globals__ is globals()
    assert found(1.0) == 10.0
    assert (found.note, found.__name__, found.__annotations__) == ("kept", "scaled", scaled.__annotations__)


def test_a_variable_that_is_not_assigned_yet_comes_back_unassigned() -> None:
    def later() -> Any:
        return value

    found = restored(graph_of(later))
    with pytest.raises(NameError):
        found()
    value = 3
    assert later() == 3


def test_a_function_of_a_module_that_cannot_be_imported_is_refused() -> None:
    with pytest.raises(NotPlain, match="belongs to no module that can be imported"):
        graph_of(eval("lambda: 1", {"__name__": "nowhere"}))
