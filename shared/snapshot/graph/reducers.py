"""How Python's own objects in an object graph are made again: by their attributes, whatever they say themselves.

`EzPickle` keeps the constructor's arguments and comes back fresh, silently; a `__getstate__` leaves out what its
author did not need. An environment is all of its attributes.
"""

import sys
from types import CellType, CodeType, FunctionType
from typing import Any

import gymnasium
from gymnasium.utils import EzPickle

from shared.codec.plain import NotPlain
from shared.snapshot.graph.native_state import native_base

_STATEFUL = (gymnasium.Env, gymnasium.vector.VectorEnv, gymnasium.vector.VectorWrapper, EzPickle)


def is_its_attributes(kind: type) -> bool:
    """Whether instances are made again by their attributes, and not as they or their class say.

    A class that defines `__reduce__` is believed, unless it is an environment: an enumeration's member is one
    object a process, and says so there.

    Raises:
        NotPlain: they are environments that hold more than attributes.
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
    """`__dict__` and slots; no method of the class is called, then or now."""
    return _blank, (type(instance),), object.__getstate__(instance), None, None, _set_attributes


def reduce_function(function: FunctionType) -> Any:
    """A lambda or inner function of a module that can be imported: its code, bound to the module's own globals.

    cloudpickle gives each a copy of the globals and of the cells, so that functions that share a variable part.

    Raises:
        NotPlain: its module cannot be imported.
    """
    module = sys.modules.get(function.__module__)
    if module is None or vars(module) is not function.__globals__ or module.__name__ == "__main__":
        raise NotPlain(f"the function {function.__qualname__} belongs to no module that can be imported")
    state = {name: getattr(function, name) for name in _FUNCTION_ATTRIBUTES}
    arguments = (function.__code__, module.__name__, function.__closure__)
    return _function, arguments, (state, vars(function)), None, None, _set_function


def reduce_sentinel(sentinel: object) -> Any:
    """A bare `object()` by the name under which a module holds it: it is nothing but itself."""
    named = [
        (module.__name__, name)
        for module in [*sys.modules.values()]
        for name, value in [*getattr(module, "__dict__", {}).items()]
        if value is sentinel
    ]
    return (_global, min(named)) if named else NotImplemented


def reduce_cell(cell: CellType) -> Any:
    """A variable of an enclosing function, once for all functions that share it."""
    # An empty cell equals another: its variable is not assigned yet.
    contents = None if cell == CellType() else (cell.cell_contents,)
    return CellType, (), contents, None, None, _set_cell


_FUNCTION_ATTRIBUTES = ("__name__", "__qualname__", "__defaults__", "__kwdefaults__", "__doc__", "__annotations__")


def _blank(kind: type) -> object:
    return object.__new__(kind)


def _set_attributes(instance: object, state: Any) -> None:
    attributes, slots = state if isinstance(state, tuple) else (state, None)
    if attributes:
        # Interned as an assignment in code would have it, so that a later capture finds one object a name.
        vars(instance).update({sys.intern(name): value for name, value in attributes.items()})
    for name, value in (slots or {}).items():
        object.__setattr__(instance, name, value)


def _global(module: str, name: str) -> Any:
    __import__(module)
    return getattr(sys.modules[module], name)


def _function(code: CodeType, module: str, closure: tuple[CellType, ...] | None) -> FunctionType:
    __import__(module)
    return FunctionType(code, vars(sys.modules[module]), closure=closure)


def _set_function(function: FunctionType, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
    for name, value in state[0].items():
        setattr(function, name, value)
    vars(function).update(state[1])


def _set_cell(cell: CellType, contents: tuple[Any]) -> None:
    (cell.cell_contents,) = contents
