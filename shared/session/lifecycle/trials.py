"""Trials: an unknown environment is made in a child process first, with limits on time and memory."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from shared.session.catalog import catalog
from shared.session.lifecycle.shares import Shares
from shared.session.live.placement import CallLimit
from shared.session.stored.verdicts import Verdicts
from shared.snapshot.conformance.selection import Verdict, run_in_child, select_in_child, verdict_key
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.child_process import Limits
from shared.snapshot.making.make import check_registered

_AT_ONCE = 3


class Trials:
    """The trials of one process. Verdicts are shared with all processes of the store."""

    def __init__(self, verdicts: Verdicts, limit: CallLimit, limits: Limits) -> None:
        self._verdicts = verdicts
        self._limit = limit
        self._limits = limits
        self._shares = Shares(_AT_ONCE)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def verdict(self, owner: str, recipe: Recipe, modules: Iterable[str]) -> Verdict:
        """Which mechanism is exact for environments like this one, by a stored trial or a new one.

        Raises:
            NotCreatable: the trial failed, ran too long or took too much memory.
        """
        key = verdict_key(recipe)
        async with self._locks.setdefault(key, asyncio.Lock()):
            verdict = await self._verdicts.get(key)
            if verdict is None or not verdict.holds():
                async with self._shares.turn(owner):
                    verdict = await asyncio.to_thread(select_in_child, recipe, modules, self._limits_now())
                await self._verdicts.put(key, verdict)
        return verdict

    async def describe(self, owner: str, env_id: str, modules: Iterable[str]) -> dict[str, Any]:
        """The catalogue's entry of one environment. If the shipped catalogue lacks it, it is made to be described.

        Raises:
            NotCreatable: it is not registered, or making it failed, ran too long or took too much memory.
        """
        check_registered(env_id, modules)
        known = catalog.shipped(env_id)
        if known is not None:
            return known
        async with self._shares.turn(owner):
            return await asyncio.to_thread(
                run_in_child, env_id, self._limits_now(), catalog.described, env_id, tuple(modules)
            )

    def _limits_now(self) -> Limits:
        """The limits, with no more seconds than the call under way has left."""
        return replace(self._limits, seconds=min(self._limits.seconds, self._limit.left()))
