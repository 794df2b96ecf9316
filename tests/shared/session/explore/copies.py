"""Instances and scratch copies to explore, without a server."""

import asyncio
from collections.abc import Generator
from typing import Any

from shared.session.explore.rules import Rules
from shared.session.live.environment import LiveEnvironment
from shared.session.live.placement import CallLimit, LoopThread
from shared.session.live.restore import rebuilt
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from tests.shared.session.episodes import created
from tests.shared.session.sessions import session


def rules(**changes: Any) -> Rules:
    given = {"on_end": None, "discount": 1.0, "reseed": None, "most_bytes": 1 << 24}
    include = frozenset({"returns", "steps", "observations", "rewards"})
    return Rules(**{**given, "include": include, **changes})


def snapshot(recipe: Recipe | None = None, seed: int | None = 5) -> Loaded:
    """The snapshot of an instance that was reset."""
    found: list[Loaded] = []

    async def load() -> None:
        at = session(MemoryStore())
        found.append(await at.snapshots.load(await created(at, recipe, seed)))

    asyncio.run(load())
    return found[0]


def copy_of(loaded: Loaded) -> LiveEnvironment:
    return LiveEnvironment(rebuilt(loaded), LoopThread(CallLimit()), loaded)


def finished(turns: Generator[None, None, Any]) -> Any:
    while True:
        try:
            next(turns)
        except StopIteration as end:
            return end.value
