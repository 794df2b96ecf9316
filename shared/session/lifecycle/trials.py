"""Trials: an unknown environment is made in a child process first, with limits on time and memory."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Generic, NoReturn, TypeVar

from shared.session.catalog import catalog
from shared.session.lifecycle.shares import Shares
from shared.session.lifecycle.verdicts import Verdicts
from shared.session.live.placement import CallLimit
from shared.snapshot.conformance.selection import Verdict, run_in_child, select_in_child, verdict_key
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.limits import Limits
from shared.snapshot.making.make import check_registered

T = TypeVar("T")

Gone = Callable[[], Awaitable[NoReturn]]
"""Raises once the client that waits has gone; whoever waits for it then raises the same."""

_AT_ONCE = 3


class Trials:
    """The trials of one process. Verdicts are shared with all processes of the store.

    A trial that several wait for is one. It ends when nobody waits any more.
    """

    def __init__(self, verdicts: Verdicts, limit: CallLimit, limits: Limits) -> None:
        self._verdicts = verdicts
        self._limit = limit
        self._limits = limits
        self._shares = Shares(_AT_ONCE)
        self._verdicts_awaited: dict[str, _Awaited[Verdict]] = {}
        self._entries_awaited: dict[str, _Awaited[dict[str, Any]]] = {}

    async def verdict(
        self, owner: str, recipe: Recipe, modules: Iterable[str], gone: Gone | None = None
    ) -> Verdict:
        """Which mechanism is exact for environments like this one, by a stored trial or a new one.

        Raises:
            NotCreatable: the trial failed, ran too long or took too much memory.
        """
        key = verdict_key(recipe)

        async def tried(limits: Limits) -> Verdict:
            async with self._shares.turn(owner):
                verdict = await asyncio.to_thread(select_in_child, recipe, modules, limits)
            await self._verdicts.put(key, verdict)
            return verdict

        if key not in self._verdicts_awaited:
            known = await self._verdicts.get(key)
            if known is not None and known.holds():
                return known
        return await _shared(self._verdicts_awaited, key, tried, self._limits_now(), gone)

    def progress(self, key: str) -> list[str]:
        """What the trial under way of this verdict has said so far. Nothing while it waits for its turn."""
        awaited = self._verdicts_awaited.get(key)
        return [] if awaited is None else awaited.limits.notes.lines()

    @property
    def longest_s(self) -> float:
        """Seconds by the clock after which a trial that has begun is over."""
        return self._limits.wait_s

    async def describe(
        self, owner: str, env_id: str, modules: Iterable[str], gone: Gone | None = None
    ) -> dict[str, Any]:
        """The catalogue's entry of one environment. If the shipped catalogue lacks it, it is made to be described.

        Raises:
            NotCreatable: it is not registered, or making it failed, ran too long or took too much memory.
        """
        check_registered(env_id, modules)
        known = catalog.shipped(env_id)
        if known is not None:
            return known

        async def described(limits: Limits) -> dict[str, Any]:
            async with self._shares.turn(owner):
                return await asyncio.to_thread(
                    run_in_child, env_id, limits, catalog.described, env_id, tuple(modules)
                )

        return await _shared(self._entries_awaited, env_id, described, self._limits_now(), gone)

    def _limits_now(self) -> Limits:
        """The limits, with no more seconds than the call under way has left, and a leash of their own."""
        left = self._limit.left()
        return Limits(min(self._limits.seconds, left), self._limits.bytes, min(self._limits.wait_s, left))


class _Awaited(Generic[T]):
    """What a child under way will give, for as long as anyone waits for it."""

    def __init__(self, begin: Callable[[Limits], Awaitable[T]], limits: Limits) -> None:
        self._task = asyncio.ensure_future(begin(limits))
        self.limits = limits
        self.waiting = 0
        """How many wait."""

    async def result(self, gone: Gone | None) -> T:
        """Wait for it. The last who goes ends it."""
        leaving = None if gone is None else asyncio.ensure_future(gone())
        self.waiting += 1
        try:
            await asyncio.wait((self._task, leaving) if leaving else (self._task,), return_when="FIRST_COMPLETED")
            return await leaving if leaving and not self._task.done() else self._task.result()
        finally:
            self.waiting -= 1
            if leaving is not None and not leaving.cancel() and not leaving.cancelled():
                leaving.exception()  # told, or too late
            if not self.waiting and not self._task.done():
                self.limits.leash.pull()
                self._task.cancel()


async def _shared(
    awaited: dict[str, _Awaited[T]],
    key: str,
    begin: Callable[[Limits], Awaitable[T]],
    limits: Limits,
    gone: Gone | None,
) -> T:
    """What one child gives to all who wait for the same."""
    at = awaited.get(key)
    if at is None:
        at = awaited[key] = _Awaited(begin, limits)
    try:
        return await at.result(gone)
    finally:
        if not at.waiting and awaited.get(key) is at:
            del awaited[key]
