"""What the code reads of other packages past their API is listed where it is read, and is still there.

A release that renames one of these would not raise: a snapshot would lack a part of the state.
"""

import ast
import dis
import pkgutil
import re
from collections.abc import Iterable
from functools import cache, reduce
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType

import pytest

import shared

ROOT = Path(shared.__path__[0])

PUBLIC = frozenset({"_asdict", "_fields", "_make", "_replace", "_exit"})
"""Documented in spite of the underscore: `collections.namedtuple`, `os._exit`."""


@cache
def listed() -> dict[str, tuple[str, ...]]:
    """The private names of each module that lists some."""
    modules = [name for _, name, _ in pkgutil.walk_packages(shared.__path__, "shared.")]
    found = {name: getattr(import_module(name), "PRIVATE_NAMES", ()) for name in modules}
    return {name: names for name, names in found.items() if names}


def exists(name: str) -> bool:
    """Whether the module or class has the attribute, or a method of the class sets it on an instance."""
    module, _, path = name.partition(":")
    *owners, last = path.split(".")
    try:
        owner = reduce(getattr, owners, import_module(module))
    except (ImportError, AttributeError):
        return False
    return hasattr(owner, last) or (isinstance(owner, type) and last in set_by_methods(owner))


@cache
def set_by_methods(owner: type) -> frozenset[str]:
    """The attributes that the methods of a class and of its parents set on an instance."""
    functions = (value for base in owner.__mro__ for value in vars(base).values())
    codes = (value.__code__ for value in functions if isinstance(value, FunctionType))
    return frozenset(
        instruction.argval
        for code in codes
        for instruction in dis.get_instructions(code)
        if instruction.opname == "STORE_ATTR"
    )


def test_the_installed_releases_have_every_name_that_is_read_of_them() -> None:
    missing = [
        f"{name}, read by {module}"
        for module, names in listed().items()
        for name in names
        if find_spec(re.split("[.:]", name)[0]) is not None and not exists(name)
    ]
    assert not missing, f"gone, see what took their place: {missing}"


@pytest.mark.parametrize(
    "name",
    [
        "gymnasium:Env._no_such",
        "gymnasium.wrappers.common:TimeLimit._no_such",
        "gymnasium.vector:SyncVectorEnv._no_such",
        "numpy.random:MT19937._no_such",
        "numpy.random:_no_such",
        "gymnasium.wrappers.common:NoSuchWrapper._elapsed_steps",
        "gymnasium.no_such_module:Env._np_random_seed",
    ],
)
def test_a_name_that_a_release_lacks_is_told(name: str) -> None:
    assert not exists(name)


def test_the_families_and_wrappers_list_every_attribute_of_their_tables() -> None:
    found = listed()
    for module, name in {
        "attributes.classic_control": "gymnasium.envs.classic_control.pendulum:PendulumEnv.last_u",
        "attributes.toy_text": "gymnasium.envs.toy_text.taxi:TaxiEnv.fickle_step",
        "attributes.wrapper_state": "gymnasium.wrappers.stateful_observation:NormalizeObservation.obs_rms",
        "making.vector": "gymnasium.vector:SyncVectorEnv._autoreset_envs",
    }.items():
        assert name in found[f"shared.snapshot.{module}"]


def sources() -> Iterable[Path]:
    return sorted(ROOT.rglob("*.py"))


@cache
def own_names() -> frozenset[str]:
    """The private names that this code defines itself: attributes, functions, fields and slots."""
    found: set[str] = set()
    for source in sources():
        for node in ast.walk(ast.parse(source.read_text())):
            match node:
                case ast.Attribute(ast.Name("self" | "cls"), name):
                    found.add(name)
                case ast.FunctionDef(name) | ast.ClassDef(name) | ast.Name(name, ast.Store()):
                    found.add(name)
    return frozenset(found)


def test_a_private_attribute_that_is_read_of_another_package_is_listed() -> None:
    known = {re.split("[.:]", name)[-1] for names in listed().values() for name in names} | own_names() | PUBLIC
    unlisted = [
        f"{node.attr}, read by {source.relative_to(ROOT)} in line {node.lineno}"
        for source in sources()
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__")
        if node.attr not in known
    ]
    assert not unlisted, f"in no PRIVATE_NAMES: {unlisted}"
