"""The versions of the code behind a snapshot, which names classes and does not hold their code."""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

PYTHON = "python"

_OWN_DISTRIBUTION = "gym-http-serverless"
_OWN_PACKAGE = "shared"


def distributions_of(modules: Iterable[str]) -> tuple[str, ...]:
    """The distributions of the modules, and the modules that belong to none, sorted after Python.

    The standard library is left out, and so are Gymnasium and NumPy, on which every snapshot depends. This project
    is left out too: what it writes it reads in every later release.
    """
    found = set()
    for module in modules:
        package = module.partition(".")[0]
        if package not in sys.stdlib_module_names | {"gymnasium", "numpy", _OWN_PACKAGE}:
            found.update(_distributions().get(package, [module]))
    return (PYTHON, *sorted(found))


def is_own(name: str) -> bool:
    """Whether a module or distribution is this project's own."""
    return name == _OWN_DISTRIBUTION or name.partition(".")[0] == _OWN_PACKAGE


@cache
def version_here(name: str) -> str:
    """The version of a distribution, the digest of a module that belongs to none, or `none`."""
    if name == PYTHON:
        return sys.implementation.cache_tag or "none"  # cpython-311: a graph may hold bytecode
    try:
        return version(name)
    except PackageNotFoundError:
        source = _source(name)
        return "none" if source is None else hashlib.sha256(Path(source).read_bytes()).hexdigest()[:16]


def _source(module: str) -> str | None:
    """The module's file; the module need not be imported."""
    try:
        found = getattr(sys.modules.get(module), "__file__", None) or find_spec(module)
    except (ImportError, ValueError):
        return None
    return found if found is None or isinstance(found, str) else found.origin


@cache
def _distributions() -> Mapping[str, list[str]]:
    return packages_distributions()
