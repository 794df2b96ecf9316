"""Which mechanism carries which environment. A mechanism's module is imported when it is first asked for.

Another package adds a mechanism with an entry point of the group `gym_http.mechanisms`, whose name is the
mechanism's own and whose object is a `Mechanism`. It is asked before the general mechanisms and, like these, tried
on an environment before it carries one (`conformance/selection.py`).
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from gymnasium.vector import SyncVectorEnv

from shared.errors import Misconfigured, NotExact, SnapshotIncompatible
from shared.families.families import FAMILIES, family_of
from shared.snapshot.contract.mechanism import Mechanism
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.wrappers import COMPUTED_BY
from shared.snapshot.versions.distributions import distributions_of, version_here

ENTRY_POINT_GROUP = "gym_http.mechanisms"

_PROVED: Mapping[str, str] = {name: place for family in FAMILIES for name, place in family.mechanisms.items()}
"""They accept only classes that the conformance suite has been run on; docs/exactness.md has the results."""

_GENERAL: Mapping[str, str] = {
    "object-graph": "shared.snapshot.graph.mechanism:OBJECT_GRAPH",
    "journal-since-reset-any": "shared.snapshot.replay.interchangeable:INTERCHANGEABLE",
    "journal-since-reset": "shared.snapshot.replay.episode_journal:EPISODE_JOURNAL",
    "journal": "shared.snapshot.replay.journal:JOURNAL",
    "journal-drawn": "shared.snapshot.replay.journal:JOURNAL_DRAWN",
}
"""They accept environments that they know nothing about, and are tried on each kind first."""

_ALONE: Mapping[str, str] = {
    "retro": "shared.snapshot.retro.mechanism:RETRO",
    "journal-since-reset-alone": "shared.snapshot.replay.alone:EPISODE_JOURNAL_ALONE",
    "journal-alone": "shared.snapshot.replay.alone:JOURNAL_ALONE",
}
"""The same for kinds of which a process holds one at a time, after the one that knows such a kind."""


def mechanism_names() -> list[str]:
    """The name of every mechanism that is installed, in the order in which they are asked."""
    return [*_PROVED, *foreign_mechanisms(), *_GENERAL, *_ALONE]


@cache
def mechanism_named(name: str) -> Mechanism:
    """The mechanism that wrote a snapshot. Only its own module is imported.

    Raises:
        SnapshotIncompatible: it is not installed here.
        Misconfigured: the package that brings it declares it wrongly.
    """
    place = _PROVED.get(name) or _GENERAL.get(name) or _ALONE.get(name)
    if place is not None:
        module, _, attribute = place.partition(":")
        mechanism: Mechanism = getattr(import_module(module), attribute)
        return mechanism
    if name in foreign_mechanisms():
        return _load(foreign_mechanisms()[name])
    raise SnapshotIncompatible(
        f"The snapshot was written by the mechanism {name!r}, which is not installed here. "
        f"Installed are {', '.join(mechanism_names())}."
    )


def proved_mechanism(env: Any) -> Mechanism | None:
    """The mechanism that a new environment's family declares for it, or for each of a vector; None if none."""
    env = _single(env)
    family = family_of(type(env.unwrapped).__module__)
    known = map(mechanism_named, () if family is None else family.mechanisms)
    return next((mechanism for mechanism in known if mechanism.suits(env)), None)


def candidates(env: Any) -> list[Mechanism]:
    """The mechanisms that may carry a new environment, or each of a vector, and have to be tried on it."""
    env = _single(env)
    return [
        mechanism for mechanism in map(mechanism_named, (*foreign_mechanisms(), *_GENERAL)) if mechanism.suits(env)
    ]


def candidates_alone(env: Any) -> list[Mechanism]:
    """Those that may carry a new environment of which a process holds one at a time. None carries a vector."""
    if isinstance(env, SyncVectorEnv):
        return []
    return [mechanism for mechanism in map(mechanism_named, _ALONE) if mechanism.suits(env)]


def mechanism_for(env: Any) -> Mechanism:
    """The first mechanism that claims to carry a new environment, or each of a vector, exactly.

    Raises:
        NotExact: there is none.
    """
    mechanism = proved_mechanism(env) or next(iter(candidates(env)), None)
    if mechanism is None:
        raise NotExact(
            f"No mechanism here carries {type(env.unwrapped).__qualname__} exactly, so it is not created. "
            f"A package can bring one as an entry point of the group {ENTRY_POINT_GROUP!r}."
        )
    return mechanism


def libraries_of(mechanism: Mechanism, recipe: Recipe) -> dict[str, str]:
    """The installed versions of every distribution that a snapshot of the recipe depends on, by name."""
    modules = {COMPUTED_BY[wrapper.name] for wrapper in recipe.wrappers if wrapper.name in COMPUTED_BY}
    return _versions(mechanism.libraries, frozenset(modules))


@cache
def foreign_mechanisms() -> Mapping[str, EntryPoint]:
    """The mechanisms of other packages by name, not yet imported.

    Raises:
        Misconfigured: two packages, or a package and this one, use the same name.
    """
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        if point.name in (*_PROVED, *_GENERAL, *_ALONE, *found):
            raise Misconfigured(f"The mechanism {point.name!r} of {point.value} has a name that is taken.")
        found[point.name] = point
    return found


def _load(point: EntryPoint) -> Mechanism:
    mechanism: Mechanism = point.load()
    # Snapshots are found by the mechanism's name, and entry points by theirs.
    if mechanism.name != point.name:
        raise Misconfigured(
            f"The entry point {point.name!r} of the group {ENTRY_POINT_GROUP!r} gives the mechanism "
            f"{mechanism.name!r}; the two names must be equal."
        )
    return mechanism


def _single(env: Any) -> Any:
    return env.envs[0] if isinstance(env, SyncVectorEnv) else env


@cache
def _versions(names: tuple[str, ...], modules: frozenset[str]) -> dict[str, str]:
    found = {name: version_here(name) for name in ("gymnasium", "numpy", *names)}
    if modules:  # finding them takes 0.1 s; a module may come from one of several distributions
        _python, *distributions = distributions_of(modules)
        found |= {name: version_here(name) for name in distributions}
    return found
