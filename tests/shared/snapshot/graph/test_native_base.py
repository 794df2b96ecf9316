"""A class gets native memory from the ancestor in which instances grow by more than their attributes take."""

import random
from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import gymnasium
import numpy as np
import pytest

from shared.snapshot.graph.native_base import class_name, module_name, native_base


@dataclass(slots=True)
class Slotted:
    value: int


class Member(Enum):
    ONE = 1


class Deque(deque[int]):
    """A deque with attributes."""


class Numbers(list[int]):
    """A list with slots."""

    __slots__ = ("name",)


@pytest.mark.parametrize("kind", [object, gymnasium.Env, gymnasium.spaces.Box, Slotted, Member, Path])
def test_a_class_of_attributes_and_slots_has_no_native_base(kind: type) -> None:
    assert native_base(kind) is None


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        (Deque, deque),
        (Numbers, list),
        (random.Random, random.Random.__base__),
        (OrderedDict, OrderedDict),
        (np.ndarray, np.ndarray),
        (type("Picture", (np.ndarray,), {}), np.ndarray),
    ],
)
def test_a_class_that_inherits_from_a_native_type_has_it_as_native_base(kind: type, base: type) -> None:
    assert native_base(kind) is base


def test_a_class_is_named_by_its_module_and_qualified_name() -> None:
    class Inner:
        pass

    name = "test_a_class_is_named_by_its_module_and_qualified_name.<locals>.Inner"
    assert class_name(Inner) == f"{__name__}.{name}"
    assert class_name(np.ndarray) == "numpy.ndarray"


def test_a_type_of_swigs_that_has_no_module_is_named_all_the_same() -> None:
    world = pytest.importorskip("Box2D").b2World()
    assert module_name(type(world.this)) == ""
    assert class_name(type(world.this)) == ".SwigPyObject"
