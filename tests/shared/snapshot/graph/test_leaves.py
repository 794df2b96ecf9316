"""A type's leaf is found by the type's name, here or among the entry points of installed packages."""

import random
import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import spec_from_loader
from types import ModuleType
from typing import Any

import pytest

from shared.codec.plain import NotPlain
from shared.errors import SnapshotIncompatible
from shared.snapshot.graph.leaves import leaf_for, leaf_named, leaf_packages, leaf_types
from shared.snapshot.graph.native_state import objection
from shared.snapshot.graph.testing import graph_of
from tests.shared.snapshot.graph.conftest import Register, forget


class Generator(random.Random):
    """Holds the native memory of its base."""


class GeneratorLeaf:
    type = f"{__name__}.Generator"
    subclasses = False

    def parts(self, instance: Any) -> tuple[Any, ...]:
        return ()

    def to_bytes(self, instance: Any) -> bytes:
        return b"state"

    def from_bytes(self, body: bytes, parts: tuple[Any, ...]) -> Any:
        return Generator()


GENERATOR = GeneratorLeaf()


def test_pygames_leaves_are_there_without_pygame() -> None:
    """Their names are known before anything imports it."""
    assert {"pygame.surface.Surface", "pygame.time.Clock"} <= leaf_types()
    assert "pygame" in leaf_packages()


def test_a_type_without_a_leaf_has_none() -> None:
    assert leaf_for(random.Random) is None
    assert leaf_for(Generator) is None


def test_a_registered_leaf_is_found_by_the_name_of_the_type(register: Register) -> None:
    register("other", **{GENERATOR.type: f"{__name__}:GENERATOR"})
    assert leaf_for(Generator) is GENERATOR
    assert leaf_named(GENERATOR.type) is GENERATOR


def test_an_instance_of_a_subclass_is_left_to_leaves_that_take_subclasses(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hold more than the leaf knows."""
    register("other", **{GENERATOR.type: f"{__name__}:GENERATOR"})
    kind = type("Mine", (Generator,), {})
    assert leaf_for(kind) is None
    monkeypatch.setattr(GeneratorLeaf, "subclasses", True)
    assert leaf_for(kind) is GENERATOR


def test_a_subclass_with_more_native_memory_is_refused(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leaf knows its own type's alone."""
    register("other", **{GENERATOR.type: f"{__name__}:GENERATOR"})
    monkeypatch.setattr(GeneratorLeaf, "subclasses", True)
    with pytest.raises(NotPlain, match=r"Mine holds more native memory than .*Generator"):
        graph_of(type("Mine", (Generator,), {})())


def test_a_name_that_nothing_registers_is_refused_without_an_import() -> None:
    """A snapshot from a machine where a package is installed that is not installed here."""
    with pytest.raises(SnapshotIncompatible, match=r"holds a turtle\.Turtle, and no package"):
        leaf_named("turtle.Turtle")
    assert "turtle" not in sys.modules


def test_a_leaf_for_another_type_than_its_entry_point_says_is_refused(register: Register) -> None:
    register("other", **{"random.Random": f"{__name__}:GENERATOR"})
    with pytest.raises(TypeError, match=rf"random\.Random gives {__name__}:GENERATOR, which is a leaf for"):
        leaf_for(random.Random)


def test_two_packages_with_a_leaf_for_one_type_are_refused(register: Register) -> None:
    """Which of them wrote a snapshot could not be told."""
    register("one", **{GENERATOR.type: f"{__name__}:GENERATOR"})
    register("another", **{GENERATOR.type: "elsewhere:GENERATOR"})
    with pytest.raises(TypeError, match="Two leaves are registered"):
        leaf_types()


def test_a_library_whose_type_has_a_leaf_may_be_imported_by_an_environments_module(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `import fastsim` does; without the leaf the module's classes are refused."""
    library, module = ModuleType("fastsim"), ModuleType("fastsim_environment")
    library.__spec__ = spec_from_loader("fastsim", ExtensionFileLoader("fastsim", "fastsim.so"))
    module.fastsim = library  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    kind = type("Environment", (), {"__module__": module.__name__})
    forget()
    assert "works with the native library fastsim" in str(objection(kind))
    register("other", **{"fastsim.World": "fastsim_leaf:WORLD"})
    assert objection(kind) is None
