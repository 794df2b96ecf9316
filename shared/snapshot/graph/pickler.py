"""An object graph to and from bytes: all that is reached from an environment, what is shared shared again.

It is cloudpickle's pickler, with other answers where cloudpickle's or an object's own would not be exact.
"""

import _collections_abc as abc
import copyreg
import io
import pickle
import random
import sys
import types
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import cloudpickle
import gymnasium
import numpy as np

from shared.codec.plain import NotPlain
from shared.snapshot.graph import arrays, reducers, surfaces
from shared.snapshot.graph.constants import Constants, constant_kinds
from shared.snapshot.graph.native_state import class_name, objection

# Of these cloudpickle makes copies: a view or a proxy no longer shows its dictionary, a file becomes its text.
_COPIED = {memoryview, types.MappingProxyType, io.TextIOWrapper, weakref.WeakSet}
_COPIED |= {abc.dict_keys, abc.dict_values, abc.dict_items}
_OF_A_BUILT_IN_TYPE = 2
"""How many parts cloudpickle's reduction of a class has that has a name, such as `type(None)`."""

_BY_CLOUDPICKLE = {
    kind: reduce for kind, reduce in cloudpickle.Pickler.dispatch_table.items() if kind not in _COPIED
}


class GraphPickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Writes one graph. `left_out` names the attribute of a layer that is not written, by the layer's id."""

    def __init__(self, constants: Constants, left_out: Mapping[int, str] | None = None) -> None:
        # In one dictionary: cloudpickle looks into two through a ChainMap, in Python, for every object.
        self.dispatch_table = {**copyreg.dispatch_table, **_BY_CLOUDPICKLE}
        self._file = io.BytesIO()
        self._buffers: list[pickle.PickleBuffer] = []
        super().__init__(self._file, protocol=5, buffer_callback=self._buffers.append)
        self._constants = constants
        self._constant_kinds = constant_kinds()
        self._texts: dict[str, str] = {}
        self._left_out = left_out or {}

    def written(self, root: Any) -> tuple[bytes, list[pickle.PickleBuffer]]:
        """The graph that is reached from `root`, and the large blocks that stand beside it."""
        self.dump(root)
        return self._file.getvalue(), self._buffers

    def persistent_id(self, instance: Any) -> int | str | None:
        """A constant's number; a text's one copy. Asked for every object, sets and texts too, unlike a reducer.

        Equal texts may be one object or several, which depends on where they come from, and would show in the
        bytes of an environment that was restored.
        """
        kind = type(instance)
        if kind is str:
            return self._texts.setdefault(instance, instance)
        return self._constants.number(instance) if kind in self._constant_kinds else None

    def reducer_override(self, instance: Any) -> Any:
        """How an object of none of the built-in types is made again.

        Raises:
            NotPlain: it cannot be made again exactly.
        """
        kind = type(instance)
        reduce = _REDUCERS.get(kind)
        if reduce is None:
            reduce = _REDUCERS[kind] = _reducer_of(kind)
        return reduce(self, instance)

    def reduce_named(self, instance: Any) -> Any:
        """A class or function by its name; a function without one by its code.

        Raises:
            NotPlain: it belongs to no module that can be imported, so that copies of it would drift apart.
        """
        # cloudpickle takes 9 µs to look a name up, and there are 20 in a small graph.
        if id(instance) in _NAMED:
            return NotImplemented
        reduced = super().reducer_override(instance)
        if reduced is NotImplemented:
            _NAMED[id(instance)] = instance
        elif isinstance(instance, types.FunctionType):
            return reducers.reduce_function(instance)
        elif len(reduced) > _OF_A_BUILT_IN_TYPE:
            raise NotPlain(f"the class {instance.__qualname__} cannot be imported")
        return reduced

    def reduce_environment(self, env: gymnasium.Env[Any, Any]) -> Any:
        """By its attributes, but for the one that is left out."""
        made, arguments, state, *rest = reducers.reduce_to_attributes(env)
        left_out = self._left_out.get(id(env))
        if left_out is not None:
            state = {name: value for name, value in state.items() if name != left_out}
        return made, arguments, state, *rest


class GraphUnpickler(pickle.Unpickler):
    """Reads a graph. It calls what the bytes name, so that these must be known to be this service's own."""

    def __init__(self, body: bytes, constants: Constants, buffers: list[bytes]) -> None:
        super().__init__(io.BytesIO(body), buffers=buffers)
        self._constants = constants

    def persistent_load(self, mark: int | str) -> Any:
        """The constant of that number, or the text, interned as the literals are with which code compares it."""
        return sys.intern(mark) if isinstance(mark, str) else self._constants.at(mark)


Reducer = Callable[[GraphPickler, Any], Any]
"""Gives what an object's `__reduce_ex__` would, or `NotImplemented` to leave it to that."""


def _reducer_of(kind: type) -> Reducer:
    """The reducer for instances of exactly this type.

    Raises:
        NotPlain: they are not carried.
    """
    if issubclass(kind, type | types.FunctionType):
        return GraphPickler.reduce_named
    names = [class_name(base) for base in kind.__mro__]
    if names[0] in _KNOWN:
        return _KNOWN[names[0]]
    if "pygame.surface.Surface" in names:
        return _KNOWN["pygame.surface.Surface"]
    if (reason := objection(kind)) is not None:
        return _by_name_or(reason)
    if issubclass(kind, np.ndarray):
        return lambda _, array: arrays.reduce_subclass(array)
    if issubclass(kind, np.dtype):
        return lambda _, dtype: arrays.reduce_dtype(dtype)
    if issubclass(kind, set | frozenset):
        raise NotPlain(f"{kind.__qualname__} is a set, which would come back in another order")
    if reducers.is_its_attributes(kind):
        return GraphPickler.reduce_environment
    return lambda *_: NotImplemented


def _by_name_or(reason: str) -> Reducer:
    """For what is not carried except as a function of an extension module, of which there is one a process."""

    def reduce(_: GraphPickler, instance: Any) -> Any:
        module = sys.modules.get(getattr(instance, "__module__", None) or "")
        if getattr(module, getattr(instance, "__name__", ""), None) is not instance:
            raise NotPlain(reason)
        return NotImplemented

    return reduce


def _reduce_generator(_: GraphPickler, generator: Any) -> Any:
    """The process's own generators are lent, not owned: an environment that holds one holds its name."""
    name = next((name for name, shared in _GLOBAL_GENERATORS.items() if shared is generator), None)
    return NotImplemented if name is None else (_global_generator, (name,))


def _reduce_module(module: types.ModuleType) -> Any:
    """By its name; cloudpickle would copy one that has none."""
    if sys.modules.get(module.__name__) is not module:
        raise NotPlain(f"the module {module.__name__} cannot be imported")
    return NotImplemented


def _global_generator(name: str) -> Any:
    return _GLOBAL_GENERATORS[name]


_GLOBAL_GENERATORS = {
    module.__name__: getattr(module.seed, "__self__", None)  # the functions are its methods
    for module in (random, np.random)
}

_KNOWN: dict[str, Reducer] = {
    "builtins.module": lambda _, module: _reduce_module(module),
    "builtins.object": lambda _, sentinel: reducers.reduce_sentinel(sentinel),
    "builtins.cell": lambda _, cell: reducers.reduce_cell(cell),
    "numpy.ndarray": lambda _, array: arrays.reduce_array(array),
    "random.Random": _reduce_generator,
    "numpy.random.mtrand.RandomState": _reduce_generator,
    "pygame.surface.Surface": lambda _, surface: surfaces.reduce_surface(surface),
    "pygame.time.Clock": lambda _, clock: surfaces.reduce_clock(clock),
}

_REDUCERS: dict[type, Reducer] = {}
"""By type, each found once."""

_NAMED: dict[int, Any] = {}
"""By id, classes and functions that can be imported by name; pickle checks that the name still leads to them."""
