"""What keeps state outside Python's memory is recognised by its type or by its module."""

import array
import ctypes
import io
import random
import re
import subprocess
import sys
import types
from collections import OrderedDict
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.snapshot.graph import native_state
from shared.snapshot.graph.native_state import objection
from tests.shared.snapshot.graph.test_native_base import Deque, Member, Numbers, Slotted

CARRIED = [gymnasium.Env, gymnasium.spaces.Box, Path, types.SimpleNamespace, OrderedDict, random.Random]


@pytest.mark.parametrize("kind", [*CARRIED, Slotted, Member, Deque, Numbers])
def test_classes_of_attributes_and_those_of_built_in_types_are_carried(kind: type) -> None:
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
    native_state.library_of.cache_clear()
    kind = type("Emulator", (), {"__module__": module.__name__})
    reason = objection(kind)
    native_state.library_of.cache_clear()
    assert reason is not None
    assert "emulator_module.Emulator works with the native library" in reason


def test_streams_in_memory_are_values() -> None:
    assert objection(io.BytesIO) is None
