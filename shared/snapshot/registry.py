"""Which mechanism carries which environment.

A third party adds one with an entry point of the group `gym_http.mechanisms` that names a `Mechanism`; its
own come before these.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points, version
from typing import Any

import gymnasium

from shared.errors import NotExact, SnapshotIncompatible
from shared.snapshot.classic_control import CLASSIC_CONTROL
from shared.snapshot.mechanism import Mechanism
from shared.snapshot.toy_text import TOY_TEXT

ENTRY_POINT_GROUP = "gym_http.mechanisms"

_BUILT_IN: tuple[Mechanism, ...] = (CLASSIC_CONTROL, TOY_TEXT)


@cache
def mechanisms() -> Mapping[str, Mechanism]:
    """Every mechanism by its name, in the order in which they are asked."""
    found = [point.load() for point in entry_points(group=ENTRY_POINT_GROUP)]
    return {mechanism.name: mechanism for mechanism in (*found, *_BUILT_IN)}


def mechanism_for(env: gymnasium.Env[Any, Any]) -> Mechanism:
    """The first mechanism that claims to carry the newly made environment exactly.

    Raises:
        NotExact: there is none.
    """
    for mechanism in mechanisms().values():
        if mechanism.suits(env):
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


def libraries_of(mechanism: Mechanism) -> dict[str, str]:
    """The installed versions of everything that the mechanism's bytes depend on."""
    return _versions(mechanism.libraries)


@cache
def _versions(names: tuple[str, ...]) -> dict[str, str]:
    return {name: version(name) for name in ("gymnasium", "numpy", *names)}
