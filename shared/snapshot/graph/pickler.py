"""An object graph to and from bytes: everything reachable from an environment, with shared objects shared again.

It is cloudpickle's pickler, with other reductions where cloudpickle's or an object's own would not be exact.
"""

import _collections_abc as abc
import copyreg
import io
import pickle
import sys
import types
import weakref
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import cloudpickle
import gymnasium
import numpy as np

from shared.codec.plain import NotPlain
from shared.snapshot.contract.stable_names import stable_name_for, stable_name_of, stably_named
from shared.snapshot.graph import arrays, reducers, singletons
from shared.snapshot.graph.constants import Constants, constant_kinds
from shared.snapshot.graph.leaf import OriginalLeaf
from shared.snapshot.graph.leaves import leaf_for
from shared.snapshot.graph.native_base import class_name
from shared.snapshot.graph.native_state import objection
from shared.snapshot.versions.distributions import is_own

# cloudpickle copies these: a view or a proxy no longer shows its dictionary, a file becomes its text.
_COPIED = {memoryview, types.MappingProxyType, io.TextIOWrapper, weakref.WeakSet}
_COPIED |= {abc.dict_keys, abc.dict_values, abc.dict_items}
_OF_A_BUILT_IN_TYPE = 2
"""Length of cloudpickle's reduction of a class that has a name, such as `type(None)`."""

_BY_CLOUDPICKLE = {
    kind: reduce for kind, reduce in cloudpickle.Pickler.dispatch_table.items() if kind not in _COPIED
}


class GraphPickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Writes one graph. `left_out` gives, by a layer's id, the name of its attribute that is not written."""

    def __init__(self, constants: Constants, left_out: Mapping[int, str] | None = None) -> None:
        # One dictionary: cloudpickle's ChainMap of two is searched in Python for every object.
        self.dispatch_table = {**copyreg.dispatch_table, **_BY_CLOUDPICKLE}
        self._file = io.BytesIO()
        self._buffers: list[pickle.PickleBuffer] = []
        super().__init__(self._file, protocol=5, buffer_callback=self._buffers.append)
        self.constants = constants
        self._constant_kinds = constant_kinds()
        self._texts: dict[str, str] = {}
        self._left_out = left_out or {}

    def written(self, root: Any) -> tuple[bytes, list[pickle.PickleBuffer]]:
        """The pickle of everything reachable from `root`, and the large buffers that stand beside it."""
        self.dump(root)
        return self._file.getvalue(), self._buffers

    def persistent_id(self, instance: Any) -> int | str | bytes | None:
        """A constant's number, the one copy of a string, or a stable name as bytes; None for any other object.

        pickle asks this for every object, also for sets and strings, which no reducer sees. Whether equal strings
        are one object depends on where they come from, and would show in the bytes of a restored environment.
        """
        kind = type(instance)
        if kind is str:
            return self._texts.setdefault(instance, instance)
        if kind is types.FunctionType or kind is type:
            name = stable_name_of(instance)
            return None if name is None else name.encode()
        return self.constants.number(instance) if kind in self._constant_kinds else None

    def reducer_override(self, instance: Any) -> Any:
        """The reduction of an object that is of no built-in type.

        Raises:
            NotPlain: It cannot be made again exactly.
        """
        return reducer_of(type(instance))(self, instance)  # type: ignore[arg-type]  # mypy: a type has no hash

    def reduce_named(self, instance: Any) -> Any:
        """A class or function by its name, or a function without one by its code.

        Raises:
            NotPlain: No module that can be imported holds it, so copies of it would drift apart. Or it is this
                project's own and has no stable name.
        """
        # cloudpickle takes 9 µs to look up a name, and a small graph has 20.
        if id(instance) in _NAMED:
            return NotImplemented
        if is_own(module_name := instance.__module__ or ""):
            raise NotPlain(f"{module_name}.{instance.__qualname__} has no stable name")
        reduced = super().reducer_override(instance)
        if reduced is NotImplemented:
            _NAMED[id(instance)] = instance
        elif isinstance(instance, types.FunctionType):
            return reducers.reduce_function(instance)
        elif len(reduced) > _OF_A_BUILT_IN_TYPE:
            raise NotPlain(f"the class {instance.__qualname__} cannot be imported")
        return reduced

    def reduce_environment(self, env: gymnasium.Env[Any, Any]) -> Any:
        """An environment or wrapper by its attributes, without the one that is left out."""
        made, arguments, state, *rest = reducers.reduce_to_attributes(env)
        left_out = self._left_out.get(id(env))
        if left_out is not None:
            state = {name: value for name, value in state.items() if name != left_out}
        return made, arguments, state, *rest


class GraphUnpickler(pickle.Unpickler):
    """Reads a graph. It calls what the bytes name, so their signature must have been verified."""

    def __init__(self, body: bytes, constants: Constants, buffers: list[bytes]) -> None:
        super().__init__(io.BytesIO(body), buffers=buffers)
        self._constants = constants

    def persistent_load(self, mark: int | str | bytes) -> Any:
        """What `persistent_id` marked; a string interned, like the literals that code compares it with."""
        match mark:
            case str():
                return sys.intern(mark)
            case bytes():
                return stably_named(mark.decode())
        return self._constants.at(mark)

    def find_class(self, module: str, name: str) -> Any:
        """A class or function by its path, or by its stable name where an earlier release wrote the path."""
        known = stable_name_for(f"{module}.{name}")
        return super().find_class(module, name) if known is None else stably_named(known)


Reducer = Callable[[GraphPickler, Any], Any]
"""Returns what an object's `__reduce_ex__` would, or `NotImplemented` to leave it to that."""


@cache
def reducer_of(kind: type) -> Reducer:
    """The reducer for instances of exactly this type.

    Raises:
        NotPlain: They are not carried.
    """
    if issubclass(kind, type | types.FunctionType):
        return GraphPickler.reduce_named
    if (known := _KNOWN.get(class_name(kind))) is not None:
        return known
    if (leaf := leaf_for(kind)) is not None:
        if isinstance(leaf, OriginalLeaf):
            return lambda pickler, instance: reducers.reduce_original(leaf, instance, pickler.constants)
        return lambda _, instance: reducers.reduce_leaf(leaf, instance)
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
    """Refuses an instance, unless it is a function of an extension module, which there is once in a process."""

    def reduce(_: GraphPickler, instance: Any) -> Any:
        module = sys.modules.get(getattr(instance, "__module__", None) or "")
        if getattr(module, getattr(instance, "__name__", ""), None) is not instance:
            raise NotPlain(reason)
        return NotImplemented

    return reduce


_KNOWN: dict[str, Reducer] = {
    "builtins.module": lambda _, module: singletons.reduce_module(module),
    "builtins.object": lambda _, sentinel: singletons.reduce_sentinel(sentinel),
    "builtins.cell": lambda _, cell: reducers.reduce_cell(cell),
    "numpy.ndarray": lambda _, array: arrays.reduce_array(array),
    "random.Random": lambda _, generator: singletons.reduce_generator(generator),
    "numpy.random.mtrand.RandomState": lambda _, generator: singletons.reduce_generator(generator),
}

_NAMED: dict[int, Any] = {}
"""Importable classes and functions by id; pickle itself checks that the name still leads to them."""
