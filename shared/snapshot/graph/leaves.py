"""Which native leaf carries which type: pygame's and MuJoCo's here, those of other packages by entry points.

A package registers a leaf in the group `gym_http.native_leaves`, under the name of the type that it carries:

    [project.entry-points."gym_http.native_leaves"]
    "fastsim.World" = "fastsim_leaf:WORLD"

An entry point is loaded when an environment holds such an object, or a signed snapshot names the type; a snapshot
names nothing else of a leaf, so a restore imports no module that is not registered.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from shared.errors import SnapshotIncompatible
from shared.snapshot.graph.leaf import NativeLeaf
from shared.snapshot.graph.native_base import class_name

ENTRY_POINT_GROUP = "gym_http.native_leaves"

_BUILT_IN: Mapping[str, str] = {
    "pygame.surface.Surface": "shared.snapshot.pygame.leaves:SURFACE",
    "pygame.time.Clock": "shared.snapshot.pygame.leaves:CLOCK",
    "mujoco._structs.MjModel": "shared.snapshot.mujoco.model_leaf:MODEL",
    "mujoco._structs.MjData": "shared.snapshot.mujoco.data_leaf:DATA",
}
"""Where the leaves of this project are. Their modules are imported when they are asked for."""


def leaf_for(kind: type) -> NativeLeaf | None:
    """The leaf that carries instances of `kind`, if there is one.

    Raises:
        TypeError: The leaf's entry point is at fault.
    """
    exact, *bases = (class_name(base) for base in kind.__mro__)
    if exact in leaf_types():
        return _leaf(exact)
    inherited = next((name for name in bases if name in leaf_types()), None)
    leaf = None if inherited is None else _leaf(inherited)
    return leaf if leaf is not None and leaf.subclasses else None


def leaf_named(name: str) -> NativeLeaf:
    """The leaf that wrote an object of a stored graph.

    Raises:
        SnapshotIncompatible: None of that name is installed.
    """
    if name not in leaf_types():
        raise SnapshotIncompatible(
            f"The snapshot holds a {name}, and no package installed here registers a leaf of that name in "
            f"{ENTRY_POINT_GROUP!r}; serve it where one is installed."
        )
    return _leaf(name)


def leaf_types() -> frozenset[str]:
    """The names of the types that have a leaf."""
    return frozenset(_BUILT_IN) | frozenset(registered_leaves())


def leaf_packages() -> frozenset[str]:
    """The top-level packages of the types that have a leaf."""
    return frozenset(name.partition(".")[0] for name in leaf_types())


@cache
def registered_leaves() -> Mapping[str, EntryPoint]:
    """The entry points of installed packages, by the type that each carries.

    Raises:
        TypeError: Two packages carry one type.
    """
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        other = found.setdefault(point.name, point)
        if other.value != point.value:
            raise TypeError(f"Two leaves are registered for {point.name}: {other.value} and {point.value}.")
    return found


def _leaf(name: str) -> NativeLeaf:
    return _own(name) if name in _BUILT_IN else _loaded(registered_leaves()[name])


@cache
def _own(name: str) -> NativeLeaf:
    module, _, attribute = _BUILT_IN[name].partition(":")
    leaf: NativeLeaf = getattr(import_module(module), attribute)
    return leaf


@cache
def _loaded(point: EntryPoint) -> NativeLeaf:
    leaf: NativeLeaf = point.load()
    if leaf.type != point.name:
        raise TypeError(f"The entry point {point.name} gives {point.value}, which is a leaf for {leaf.type}.")
    return leaf
