"""Which objects keep state where Python cannot see it: in the memory of an extension module or of a library.

An object graph holds all of an environment only if there are none. Whether an object can be pickled does not tell:
MuJoCo's and Box2D's environments and PyBullet's clients pickle without an error and without their physics.
"""

import sys
from functools import cache
from importlib.machinery import ExtensionFileLoader
from types import MemberDescriptorType, ModuleType
from typing import Any

_POINTER_BYTES = 8

_VALUES = frozenset({"jax", "jaxlib", "numpy", "pygame"}) | sys.stdlib_module_names
"""Packages whose extension types either carry all of their state in a pickle or refuse to be pickled."""

_RESOURCES = frozenset(
    {"_ctypes", "_multiprocessing", "asyncio", "concurrent", "ctypes", "dbm", "mmap", "multiprocessing"}
    | {"shelve", "socket", "sqlite3", "subprocess", "tempfile"}
)
"""Packages whose objects stand for something outside the process, though some can be pickled."""

_CALCULATORS = _VALUES | {"PIL", "cv2", "matplotlib", "pandas", "scipy"}
"""Packages whose extension modules may be called by an environment's: they compute and keep nothing."""


def objection(kind: type) -> str | None:
    """Why the attributes of instances of `kind`, or their pickles, may not be all of their state, if so."""
    for base in kind.__mro__:
        if _package(_module(base)) in _RESOURCES:
            return f"{class_name(kind)} stands for something outside the Python heap"
        if (library := _library_of(_module(base))) is not None:
            return f"{class_name(kind)} works with the native library {library}"
    native = native_base(kind)
    if native is not None and _package(_module(native)) not in _VALUES:
        return f"{class_name(kind)} holds state in native memory"
    return None


def native_base(kind: type) -> type | None:
    """The class in which instances of `kind` get memory that is neither `__dict__` nor slots, if there is one."""
    while kind is not object:
        assert kind.__base__ is not None
        members = sum(isinstance(member, MemberDescriptorType) for member in vars(kind).values())
        members += ("__dict__" in vars(kind)) + ("__weakref__" in vars(kind))
        if kind.__basicsize__ - kind.__base__.__basicsize__ > members * _POINTER_BYTES:
            return kind
        kind = kind.__base__
    return None


def class_name(kind: type) -> str:
    """A class's module and name, `.SwigPyObject` for one without a module."""
    return f"{_module(kind)}.{kind.__qualname__}"


@cache
def _library_of(module_name: str) -> str | None:
    """The native library that a module is or that it holds in a global, unless it is a known calculator."""
    module = sys.modules.get(module_name)
    if module is None or _package(module_name) in _CALCULATORS:
        return None
    return next((name for value in (module, *vars(module).values()) if (name := _native_name(value))), None)


def _native_name(value: Any) -> str | None:
    if isinstance(value, ModuleType):
        spec = getattr(value, "__spec__", None)
        if isinstance(getattr(spec, "loader", None), ExtensionFileLoader):
            return value.__name__ if _package(value.__name__) not in _CALCULATORS else None
    elif any(_module(base) in ("ctypes", "_cffi_backend") for base in type(value).__mro__):
        return getattr(value, "_name", None) or class_name(type(value))
    return None


def _package(module_name: str) -> str:
    return module_name.partition(".")[0]


def _module(kind: type) -> str:
    # SWIG's types have none, which is an AttributeError and not an empty text.
    return getattr(kind, "__module__", None) or ""
