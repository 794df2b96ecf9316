"""Which mechanism carries which environment.

A third party adds one with an entry point of the group `gym_http.mechanisms` that names a `Mechanism`. It is asked
after those of the known families, and what it claims is tried (`probe.py`).
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points, version
from typing import Any

from gymnasium.vector import SyncVectorEnv

from shared.errors import NotExact, SnapshotIncompatible
from shared.snapshot.ale.mechanism import ALE
from shared.snapshot.attributes.classic_control import CLASSIC_CONTROL
from shared.snapshot.attributes.toy_text import TOY_TEXT
from shared.snapshot.box2d.mechanism import BOX2D
from shared.snapshot.contract.mechanism import Mechanism
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.graph.mechanism import OBJECT_GRAPH
from shared.snapshot.making.wrappers import COMPUTED_BY
from shared.snapshot.mujoco.mechanism import MUJOCO, MUJOCO_DRAWN
from shared.snapshot.replay.journal import JOURNAL, JOURNAL_DRAWN
from shared.snapshot.versions.distributions import distributions_of, version_here

ENTRY_POINT_GROUP = "gym_http.mechanisms"

_PROVED: tuple[Mechanism, ...] = (CLASSIC_CONTROL, TOY_TEXT, BOX2D, MUJOCO, MUJOCO_DRAWN, ALE)
"""They take only classes for which the conformance suite has been run; its results stand in the documentation."""

_GENERAL: tuple[Mechanism, ...] = (OBJECT_GRAPH, JOURNAL, JOURNAL_DRAWN)
"""They take what they do not know, and have to be tried on it first."""


@cache
def mechanisms() -> Mapping[str, Mechanism]:
    """Every mechanism by its name, in the order in which they are asked."""
    return {mechanism.name: mechanism for mechanism in (*_PROVED, *_foreign(), *_GENERAL)}


@cache
def _foreign() -> tuple[Mechanism, ...]:
    return tuple(point.load() for point in entry_points(group=ENTRY_POINT_GROUP))


def proved_mechanism(env: Any) -> Mechanism | None:
    """The mechanism that is known to carry the newly made environment, or each of a vector; None if none is."""
    env = env.envs[0] if isinstance(env, SyncVectorEnv) else env
    return next((mechanism for mechanism in _PROVED if mechanism.suits(env)), None)


def candidates(env: Any) -> list[Mechanism]:
    """The mechanisms that may carry the newly made environment, or each of a vector, and have to be tried."""
    env = env.envs[0] if isinstance(env, SyncVectorEnv) else env
    return [mechanism for mechanism in (*_foreign(), *_GENERAL) if mechanism.suits(env)]


def mechanism_for(env: Any) -> Mechanism:
    """The first mechanism that claims to carry the newly made environment, or each of a vector, exactly.

    Raises:
        NotExact: there is none.
    """
    for mechanism in (proved_mechanism(env), *candidates(env)):
        if mechanism is not None:
            return mechanism
    raise NotExact(
        f"No snapshot mechanism here carries {type(env.unwrapped).__qualname__} exactly, so it is not created; "
        f"register one as an entry point of the group {ENTRY_POINT_GROUP!r}."
    )


def mechanism_named(name: str) -> Mechanism:
    """The mechanism that wrote a snapshot.

    Raises:
        SnapshotIncompatible: it is not installed here.
    """
    try:
        return mechanisms()[name]
    except KeyError:
        raise SnapshotIncompatible(
            f"The snapshot was written by the mechanism {name!r}, which is not installed here; "
            f"here are {', '.join(mechanisms())}."
        ) from None


def libraries_of(mechanism: Mechanism, recipe: Recipe) -> dict[str, str]:
    """The installed versions of all that the mechanism's bytes, and what its wrappers observe, depend on."""
    modules = {COMPUTED_BY[wrapper.name] for wrapper in recipe.wrappers if wrapper.name in COMPUTED_BY}
    return _versions(mechanism.libraries, frozenset(modules))


@cache
def _versions(names: tuple[str, ...], modules: frozenset[str]) -> dict[str, str]:
    found = {name: version(name) for name in ("gymnasium", "numpy", *names)}
    if modules:  # finding them takes 0.1 s; a module may come from one of several distributions
        _python, *distributions = distributions_of(modules)
        found |= {name: version_here(name) for name in distributions}
    return found
