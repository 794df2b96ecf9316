"""State that an environment's code keeps in its classes and modules, separate for each environment.

highway-env's intersections set `IDMVehicle.DISTANCE_WANTED = 7` on the class, and from then on every other
environment of that package in the process drives differently. So each environment has its own values for such
names, which are bound while its code runs. Numbers, texts and tuples of them are carried; if a name is bound to
anything else, capturing is refused. Changes in place, such as a list that grows, are not seen.
"""

import operator
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

from shared.codec import plain
from shared.codec.plain import MISSING, NotPlain
from shared.errors import SnapshotCorrupt

_OTHERS = frozenset({"gymnasium", "numpy", "pygame", "jax", "jaxlib", "shared"}) | sys.stdlib_module_names
"""Packages that environments use but do not change."""

_CODE = (FunctionType, ModuleType, type, property, classmethod, staticmethod)
_ATOMS = frozenset({type(None), bool, int, float, str, bytes})


class ModuleState:
    """One environment's values of the names in some modules and their classes."""

    def __init__(self, modules: Iterable[str]) -> None:
        self._scopes: dict[str, Any] = {}
        """Modules and classes by `module` and `module:Class`."""
        self._sizes: list[int] = []
        self._places: dict[tuple[str, str], int] = {}
        self._lookups: list[tuple[Mapping[str, Any], str]] = []
        self._own: list[Any] = []
        self._first: list[Any] = []
        """The values before any call; `MISSING` for a name that a call added."""
        self._packed: tuple[list[Any], bytes] | None = None
        for module in sorted(modules):
            self._add(module, sys.modules[module])
            for value in [*vars(sys.modules[module]).values()]:
                if isinstance(value, type) and value.__module__ == module:
                    self._add(f"{module}:{value.__qualname__}", value)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Bind this environment's values. Only one environment may do so at a time."""
        before = self._bound()
        self._bind(before, self._own)
        try:
            yield
        finally:
            before += [MISSING] * self._find_new()
            self._own = self._bound()
            self._bind(self._own, before)

    def state(self) -> bytes:
        """The values, by scope and name.

        Raises:
            NotPlain: an object was bound to one of the names.
        """
        if self._packed is not None:
            known, packed = self._packed
            if len(known) == len(self._own) and all(map(operator.is_, known, self._own)):
                return packed
        values = self._values()
        packed = zlib.compress(plain.dumps([[scope, values[scope]] for scope in sorted(values)]), 1)
        self._packed = ([*self._own], packed)
        return packed

    def set_state(self, packed: bytes) -> None:
        """Continue with what `state` returned.

        Raises:
            SnapshotCorrupt: it has names of a module or class that is not here.
        """
        self._own = [*self._first]
        for scope, values in plain.loads(zlib.decompress(packed)):
            if scope not in self._scopes:
                try:
                    self._add(scope, _owner(scope))
                except (ImportError, AttributeError) as error:
                    raise SnapshotCorrupt(f"The snapshot has names of {scope}, which is not here.") from error
            for name, value in values.items():
                place = self._place(scope, name)
                # Keep the very object that is bound: each new binding empties the class's method cache.
                if not _is_same(self._own[place], value):
                    self._own[place] = value

    def _values(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for (scope, name), place in self._places.items():
            value = self._own[place]
            if _is_atom(value) or (value is MISSING and self._first[place] is not MISSING):
                found.setdefault(scope, {})[name] = value
            elif value is not self._first[place]:
                kind = type(value).__qualname__
                raise NotPlain(f"{scope}.{name} was bound to a {kind}, outside the environment")
        return found

    def _add(self, scope: str, owner: Any) -> None:
        self._scopes[scope] = owner
        known = len(self._own)
        self._watch(scope, owner)
        self._first[known:] = self._own[known:]
        self._sizes = self._sizes_now()

    def _watch(self, scope: str, owner: Any) -> None:
        for name, value in vars(owner).items():
            if not (isinstance(value, _CODE) or name.startswith("__") or (scope, name) in self._places):
                self._own[self._place(scope, name)] = value

    def _place(self, scope: str, name: str) -> int:
        place = self._places.setdefault((scope, name), len(self._places))
        if place == len(self._own):
            self._own.append(MISSING)
            self._first.append(MISSING)
            self._lookups.append((vars(self._scopes[scope]), name))
        return place

    def _find_new(self) -> int:
        """Watch the names that were added since, and return how many."""
        before, sizes = len(self._places), self._sizes_now()
        # Equal sizes may hide a new name if another was deleted.
        if sizes != self._sizes or any(value is MISSING for value in self._bound()):
            for scope, owner in self._scopes.items():
                self._watch(scope, owner)
            self._sizes = sizes
        return len(self._places) - before

    def _sizes_now(self) -> list[int]:
        return [len(vars(owner)) for owner in self._scopes.values()]

    def _bound(self) -> list[Any]:
        return [names.get(name, MISSING) for names, name in self._lookups]

    def _bind(self, now: Sequence[Any], values: Sequence[Any]) -> None:
        if all(map(operator.is_, now, values)):
            return
        for (scope, name), bound, value in zip(self._places, now, values, strict=True):
            if value is MISSING and bound is not MISSING:
                delattr(self._scopes[scope], name)
            elif bound is not value:
                setattr(self._scopes[scope], name, value)


def modules_behind(classes: Iterable[type], modules: Iterable[str]) -> set[str]:
    """Those of `modules` that are in the classes' packages, and the modules that they import from there."""
    packages = {kind.__module__.partition(".")[0] for kind in classes} - _OTHERS
    found: set[str] = set()
    waiting = [*modules]
    while waiting:
        module = waiting.pop()
        if module in found or module.partition(".")[0] not in packages or module not in sys.modules:
            continue
        found.add(module)
        for value in [*vars(sys.modules[module]).values()]:
            if isinstance(value, ModuleType):
                waiting.append(value.__name__)
            elif isinstance(value, type | FunctionType):
                waiting.append(value.__module__ or "")
    return found


def _is_atom(value: Any) -> bool:
    return type(value) in _ATOMS or (type(value) is tuple and all(map(_is_atom, value)))


def _is_same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)


def _owner(scope: str) -> Any:
    module, _, path = scope.partition(":")
    return reduce(getattr, path.split(".") if path else [], import_module(module))
