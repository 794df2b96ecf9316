"""Of which versions a stored object graph is: it names classes, whose code it does not hold."""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

PYTHON = "python"


def distributions_of(modules: Iterable[str]) -> tuple[str, ...]:
    """The distributions that the modules come from, and the modules that come from none, sorted; Python first.

    Left out are the standard library, and Gymnasium and numpy, on which every snapshot depends.
    """
    found = set()
    for module in modules:
        package = module.partition(".")[0]
        if package not in sys.stdlib_module_names | {"gymnasium", "numpy"}:
            found.update(_distributions().get(package, [module]))
    return (PYTHON, *sorted(found))


@cache
def version_here(name: str) -> str:
    """A distribution's version, a module's digest if it comes from none, or `none`."""
    if name == PYTHON:
        return sys.implementation.cache_tag or "none"  # cpython-311: a graph may hold bytecode
    try:
        return version(name)
    except PackageNotFoundError:
        source = _source(name)
        return "none" if source is None else hashlib.sha256(Path(source).read_bytes()).hexdigest()[:16]


def _source(module: str) -> str | None:
    """The module's file, whether it has been imported here or not."""
    try:
        found = getattr(sys.modules.get(module), "__file__", None) or find_spec(module)
    except (ImportError, ValueError):
        return None
    return found if found is None or isinstance(found, str) else found.origin


@cache
def _distributions() -> Mapping[str, list[str]]:
    return packages_distributions()
