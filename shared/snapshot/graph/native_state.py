"""Which objects keep state where Python cannot see it: in the memory of an extension module or of a library.

An object graph holds all of an environment only if every such object has a leaf. That an object can be pickled
proves nothing: MuJoCo's and Box2D's environments and PyBullet's clients pickle without an error and without their
physics.
"""

import sys
from functools import cache
from importlib.machinery import ExtensionFileLoader
from types import ModuleType
from typing import Any

from shared.snapshot.graph.leaves import leaf_packages
from shared.snapshot.graph.native_base import class_name, module_name, native_base

_VALUES = frozenset({"jax", "jaxlib", "numpy", "pygame"}) | sys.stdlib_module_names
"""Packages whose extension types either carry all of their state in a pickle or refuse to be pickled."""

_RESOURCES = frozenset(
    {"_ctypes", "_multiprocessing", "asyncio", "concurrent", "ctypes", "dbm", "mmap", "multiprocessing"}
    | {"shelve", "socket", "sqlite3", "subprocess", "tempfile"}
)
"""Packages whose objects stand for something outside the process, though some can be pickled."""

_CALCULATORS = _VALUES | {"PIL", "cv2", "matplotlib", "pandas", "scipy"}
"""Packages whose extension modules an environment's module may import: they compute and keep nothing."""


def objection(kind: type) -> str | None:
    """Why the attributes and pickles of instances of `kind` may lack some of their state, or None."""
    for base in kind.__mro__:
        if _package(module_name(base)) in _RESOURCES:
            return f"{class_name(kind)} stands for something outside the Python heap"
        if (library := library_of(module_name(base))) is not None:
            return f"{class_name(kind)} works with the native library {library}"
    native = native_base(kind)
    if native is not None and _package(module_name(native)) not in _VALUES:
        return f"{class_name(kind)} holds state in native memory"
    return None


@cache
def library_of(module_name: str) -> str | None:
    """The native library that a module is or holds in a global, if its state may be out of sight."""
    module = sys.modules.get(module_name)
    if module is None or _package(module_name) in _CALCULATORS:
        return None
    return next((name for value in (module, *vars(module).values()) if (name := _native_name(value))), None)


def _native_name(value: Any) -> str | None:
    if isinstance(value, ModuleType):
        spec = getattr(value, "__spec__", None)
        if isinstance(getattr(spec, "loader", None), ExtensionFileLoader):
            # Who writes a leaf for a library's type answers for what else the library keeps.
            is_seen = _package(value.__name__) in _CALCULATORS | leaf_packages()
            return None if is_seen else value.__name__
    elif any(module_name(base) in ("ctypes", "_cffi_backend") for base in type(value).__mro__):
        return getattr(value, "_name", None) or class_name(type(value))
    return None


def _package(module_name: str) -> str:
    return module_name.partition(".")[0]
