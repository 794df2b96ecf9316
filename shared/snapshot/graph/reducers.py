"""How the objects of a graph are made again, where pickle's or their own answer would not be exact.

`EzPickle` keeps the constructor's arguments and comes back fresh, silently; a `__getstate__` leaves out what its
author did not need. An environment is all of its attributes.
"""

import sys
from collections.abc import Callable
from pickle import PickleBuffer
from types import CellType, CodeType, FunctionType
from typing import Any

import gymnasium
from gymnasium.utils import EzPickle

from shared.codec.plain import NotPlain
from shared.errors import SnapshotCorrupt
from shared.snapshot.contract.stable_names import stable_name
from shared.snapshot.graph.arrays import LARGE_BYTES
from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.leaf import NativeLeaf, OriginalLeaf
from shared.snapshot.graph.leaves import leaf_named
from shared.snapshot.graph.native_base import class_name, native_base

_STATEFUL = (gymnasium.Env, gymnasium.vector.VectorEnv, gymnasium.vector.VectorWrapper, EzPickle)


def is_its_attributes(kind: type) -> bool:
    """Whether instances are made again from their attributes, whatever their class says.

    A class with a `__reduce__` of its own is believed unless it is an environment: a member of an enumeration is
    one object in a process, and says so there.

    Raises:
        NotPlain: They are environments that hold more than attributes.
    """
    native = native_base(kind)
    if issubclass(kind, _STATEFUL):
        if native is not None:
            raise NotPlain(f"{kind.__qualname__} is an environment and a {native.__qualname__} in one")
        return True
    if kind.__reduce__ is not object.__reduce__ or kind.__reduce_ex__ is not object.__reduce_ex__:
        return False
    altered = kind.__getstate__ is not object.__getstate__ or hasattr(kind, "__setstate__")
    return altered and native is None


def reduce_to_attributes(instance: object) -> Any:
    """`__dict__` and slots. No method of the class is called, neither now nor at a restore."""
    return _blank, (type(instance),), object.__getstate__(instance), None, None, _set_attributes


def reduce_function(function: FunctionType) -> Any:
    """A lambda or inner function of an importable module: its code, bound to the module's own globals.

    cloudpickle would give each a copy of the globals and of the cells, also where functions share a variable.

    Raises:
        NotPlain: Its module cannot be imported.
    """
    module = sys.modules.get(function.__module__)
    if module is None or vars(module) is not function.__globals__ or module.__name__ == "__main__":
        raise NotPlain(f"the function {function.__qualname__} belongs to no module that can be imported")
    state = {name: getattr(function, name) for name in _FUNCTION_ATTRIBUTES}
    arguments = (function.__code__, module.__name__, function.__closure__)
    return _function, arguments, (state, vars(function)), None, None, _set_function


def reduce_cell(cell: CellType) -> Any:
    """A variable of an enclosing function, once for all functions that share it."""
    # An empty cell equals another: its variable is not assigned yet.
    contents = None if cell == CellType() else (cell.cell_contents,)
    return CellType, (), contents, None, None, _set_cell


def reduce_leaf(leaf: NativeLeaf, instance: Any) -> Any:
    """A native object by its leaf's name, bytes and parts; one of a subclass has attributes besides.

    Raises:
        NotPlain: The leaf refuses it, or its subclass adds native memory.
    """
    kind = type(instance)
    native = native_base(kind)  # of pybind11's classes a base that they all have
    if class_name(kind) != leaf.type and native is not None and class_name(native) != leaf.type:
        raise NotPlain(f"{class_name(kind)} holds more native memory than {leaf.type}")
    body = leaf.to_bytes(instance)
    held = body if len(body) < LARGE_BYTES else PickleBuffer(body)
    attributes = None if class_name(kind) == leaf.type else object.__getstate__(instance)
    return _native_object, (leaf.type, held, leaf.parts(instance)), attributes


def reduce_original(leaf: OriginalLeaf, instance: Any, constants: Constants) -> Any:
    """A large native object by what it differs from its original in, if it has one.

    Raises:
        NotPlain: The leaf refuses it.
    """
    originals = constants.originals
    original = originals.of(instance)
    if original is None and not constants.complete:
        original = originals.keep(leaf, instance)
    difference = None if original is None else originals.difference(original, instance)
    return reduce_leaf(leaf, instance) if difference is None else (_from_original, (original, difference))


_FUNCTION_ATTRIBUTES = ("__name__", "__qualname__", "__defaults__", "__kwdefaults__", "__doc__", "__annotations__")


@stable_name("instance")
def _blank(kind: type) -> object:
    return object.__new__(kind)


@stable_name("set instance")
def _set_attributes(instance: object, state: Any) -> None:
    attributes, slots = state if isinstance(state, tuple) else (state, None)
    if attributes:
        # Interned as an assignment in code would have it, so that a later capture finds one object a name.
        vars(instance).update({sys.intern(name): value for name, value in attributes.items()})
    for name, value in (slots or {}).items():
        object.__setattr__(instance, name, value)


@stable_name("function")
def _function(code: CodeType, module: str, closure: tuple[CellType, ...] | None) -> FunctionType:
    __import__(module)
    return FunctionType(code, vars(sys.modules[module]), closure=closure)


@stable_name("set function")
def _set_function(function: FunctionType, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
    for name, value in state[0].items():
        setattr(function, name, value)
    vars(function).update(state[1])


@stable_name("set cell")
def _set_cell(cell: CellType, contents: tuple[Any]) -> None:
    (cell.cell_contents,) = contents


@stable_name("native object")
def _native_object(name: str, held: Any, parts: tuple[Any, ...]) -> Any:
    leaf, body = leaf_named(name), bytes(held)
    made = leaf.from_bytes(body, parts)
    if leaf.to_bytes(made) != body:
        raise SnapshotCorrupt(f"The leaf for {name} made an object in another state than the one stored.")
    return made


@stable_name("native object from original")
def _from_original(lend: Callable[[bytes], Any], difference: bytes) -> Any:
    return lend(difference)
