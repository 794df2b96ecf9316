"""The versions of the code behind a snapshot, which names classes and does not hold their code."""

import hashlib
import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distributions, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

PYTHON = "python"

_OWN_DISTRIBUTION = "gym-http-serverless"
_OWN_PACKAGE = "shared"


def distributions_of(modules: Iterable[str]) -> tuple[str, ...]:
    """The distributions of the modules, and the modules that belong to none, sorted after Python.

    The standard library is left out, and so are Gymnasium and NumPy, on which every snapshot depends. This project
    is left out too: what it writes it reads in every later release.
    """
    found: set[str] = set()
    for module in modules:
        package = module.partition(".")[0]
        if package not in sys.stdlib_module_names | {"gymnasium", "numpy", _OWN_PACKAGE}:
            found.update(_distributions_with(package) or [module])
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
        return _version_beside(name) or version(name)
    except PackageNotFoundError:
        source = _source(name)
        return "none" if source is None else hashlib.sha256(Path(source).read_bytes()).hexdigest()[:16]


def _version_beside(name: str) -> str | None:
    """The version that an imported package names itself, where the distribution beside it is of that version.

    To find a distribution by its name, `importlib.metadata` lists all that are installed and parses what this one
    says: 6 ms of a function's cold start.
    """
    package = sys.modules.get(name)
    file, said = getattr(package, "__file__", None), getattr(package, "__version__", None)
    if file is None or not isinstance(said, str):
        return None
    return said if Path(file).parent.parent.joinpath(f"{name}-{said}.dist-info").is_dir() else None


def _source(module: str) -> str | None:
    """The module's file; the module need not be imported."""
    try:
        found = getattr(sys.modules.get(module), "__file__", None) or find_spec(module)
    except (ImportError, ValueError):
        return None
    return found if found is None or isinstance(found, str) else found.origin


class _Installed(NamedTuple):
    """A distribution and what tells of its packages."""

    distribution: Distribution
    declared: frozenset[str]
    files: str
    """The list of its files, where it declares no packages."""

    def brings(self, package: str) -> bool:
        """Whether it declares a package, or has a module of it where it declares none."""
        if self.declared or package not in self.files:
            return package in self.declared
        module = rf"^{re.escape(package)}(/[^,\n]*)?\.([^,/\n]*\.)?(py|pyd|so)(,|$)"
        return re.search(module, self.files, re.MULTILINE) is not None


@cache
def installed() -> tuple[_Installed, ...]:
    """All that is installed. Reading it takes some 20 ms, so it is read once in a process."""
    return tuple(map(_read, distributions()))


def _read(distribution: Distribution) -> _Installed:
    declared = frozenset((distribution.read_text("top_level.txt") or "").split())
    files = "" if declared else distribution.read_text("RECORD") or "\n".join(map(str, distribution.files or ()))
    return _Installed(distribution, declared, files)


@cache
def _distributions_with(package: str) -> tuple[str, ...]:
    """The distributions that a package comes from.

    `importlib.metadata.packages_distributions` looks into every file of all that is installed, which takes half a
    second where much is.
    """
    return tuple(each.distribution.metadata["Name"] for each in installed() if each.brings(package))
