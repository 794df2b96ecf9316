"""What keeps state outside Python's memory is recognised by its type or by its module."""

import array
import ctypes
import io
import random
import re
import subprocess
import sys
import types
from collections import OrderedDict, deque
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.snapshot.graph import native_state
from shared.snapshot.graph.native_state import native_base, objection


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


@pytest.mark.parametrize(
    "kind", [gymnasium.Env, gymnasium.spaces.Box, Slotted, Member, types.SimpleNamespace, Path]
)
def test_a_class_of_attributes_and_slots_has_no_native_base(kind: type) -> None:
    if kind is not types.SimpleNamespace:  # which holds its dictionary itself
        assert native_base(kind) is None
    assert objection(kind) is None


@pytest.mark.parametrize(
    ("kind", "base"),
    [(Deque, deque), (Numbers, list), (random.Random, random.Random.__base__), (OrderedDict, OrderedDict)],
)
def test_a_class_that_inherits_from_a_built_in_type_has_it_as_native_base(kind: type, base: type) -> None:
    assert native_base(kind) is base
    assert objection(kind) is None


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(2),
        np.float32(1),
        np.random.default_rng(1),
        np.dtype("f4"),
        re.compile("a"),
        Decimal(1),
        array.array("i"),
    ],
)
def test_values_of_numpy_and_the_standard_library_are_carried(value: Any) -> None:
    assert objection(type(value)) is None


@pytest.mark.parametrize(
    "kind", [ctypes.c_int, subprocess.Popen, Connection, type("Sub", (ctypes.Structure,), {})]
)
def test_handles_of_the_standard_library_are_not(kind: type) -> None:
    """A connection pickles without an error: as a number that means nothing elsewhere."""
    reason = objection(kind)
    assert reason is not None
    assert "outside the Python heap" in reason


@pytest.mark.parametrize("name", ["mujoco.MjData", "mujoco.MjModel", "ale_py.ALEInterface", "Box2D.b2World"])
def test_objects_of_native_libraries_are_not(name: str) -> None:
    package, _, kind = name.partition(".")
    module = pytest.importorskip(package)
    if name == "Box2D.b2World":  # a Python class, whose one attribute is native
        instance = module.b2World()
        assert objection(type(instance.this)) is not None
    else:
        reason = objection(getattr(module, kind))
        assert reason is not None


@pytest.mark.parametrize("held", [ctypes.CDLL(None), sys.modules["_ctypes"]])
def test_a_class_whose_module_works_with_a_library_is_not(held: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As PyBullet's and nes-py's: their objects hold a number, and the library all else."""
    module = types.ModuleType("emulator_module")
    module._LIB = held  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(native_state, "_CALCULATORS", native_state._CALCULATORS - {"_ctypes"})
    native_state._library_of.cache_clear()
    kind = type("Emulator", (), {"__module__": module.__name__})
    reason = objection(kind)
    native_state._library_of.cache_clear()
    assert reason is not None
    assert "emulator_module.Emulator works with the native library" in reason


def test_streams_in_memory_are_values() -> None:
    assert objection(io.BytesIO) is None
