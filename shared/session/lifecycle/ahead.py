"""Trials that go on though no client waits, so that a creation later finds the verdict."""

import asyncio
import re
from collections import Counter, OrderedDict
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from shared.errors import GymHTTPError, NotExact, TrialNotFound
from shared.session.lifecycle.trials import Trials
from shared.session.lifecycle.verdicts import Verdicts
from shared.snapshot.conformance.selection import Verdict, verdict_key
from shared.snapshot.contract.recipe import Recipe

_MOST_OF_AN_OWNER = 4
"""Trials that go on for one owner in a process. Nobody hangs up on them."""
_MOST_ENDED = 256
"""Refusals that no store keeps, such as for want of time, are told as long as they are among so many."""

_KEY = re.compile("[0-9a-f]{64}")


class State(NamedTuple):
    """How far a trial is."""

    verdict: Verdict | None = None
    """What it came to; None while it goes on."""
    refused: GymHTTPError | None = None
    """Why there is no such environment, once that is known."""
    progress: list[str] = []  # noqa: RUF012  (never changed)
    """What it has done, and last what it is at; empty where another process makes it."""


class Ahead:
    """The trials of one process that nobody needs to wait for."""

    def __init__(self, trials: Trials, verdicts: Verdicts) -> None:
        self._trials = trials
        self._verdicts = verdicts
        self._going: dict[str, asyncio.Task[GymHTTPError | None]] = {}
        """By the keys of their verdicts. Each comes to why it failed, or to None."""
        self._of_owner: Counter[str] = Counter()
        self._ended: OrderedDict[str, GymHTTPError] = OrderedDict()

    async def begun(self, owner: str, recipe: Recipe, modules: Iterable[str], wait_s: float) -> str | None:
        """The key of a trial that goes on after `wait_s`, of what needs one (`Creation.needs_trial`).

        None where creating need not wait for it, since there is a verdict by then; and where as many go on for the
        owner as may.

        Raises:
            NotCreatable: the trial failed within that time.
        """
        key = verdict_key(recipe)
        known = await self._verdicts.get(key)
        if known is not None and known.holds():
            return None
        if key not in self._going:
            if self._of_owner[owner] >= _MOST_OF_AN_OWNER:
                return None
            self._of_owner[owner] += 1
            begun = self._going[key] = asyncio.ensure_future(self._gone_through(key, owner, recipe, modules))
            begun.add_done_callback(partial(self._over, key, owner))  # also of one that ends before it has begun
        going = self._going[key]
        await asyncio.wait((going,), timeout=wait_s)
        if not going.done():
            return key
        failure = None if going.cancelled() else going.result()
        if failure is not None:
            raise failure
        return None

    async def state(self, key: str) -> State:
        """How far the trial of the key is.

        Raises:
            TrialNotFound: none of that key is under way, and there is no verdict.
        """
        if _KEY.fullmatch(key):
            if key in self._going:
                return State(progress=self._trials.progress(key))
            known = await self._verdicts.get(key)
            if known is not None and known.holds():
                return _of(known)
            if key in self._ended:
                return State(refused=self._ended[key])
            if await self._verdicts.under_way(key):
                return State()
        raise TrialNotFound("There is no such trial, or it ended without a verdict; create the environment again.")

    async def close(self) -> None:
        """End every trial."""
        going = [*self._going.values()]
        for each in going:
            each.cancel()
        await asyncio.gather(*going, return_exceptions=True)

    async def _gone_through(
        self, key: str, owner: str, recipe: Recipe, modules: Iterable[str]
    ) -> GymHTTPError | None:
        self._ended.pop(key, None)
        try:
            await self._verdicts.begin(key, self._trials.longest_s)
            try:
                await self._trials.verdict(owner, recipe, modules)
            finally:
                await self._verdicts.end(key)
        except GymHTTPError as error:
            self._ended[key] = error
            if len(self._ended) > _MOST_ENDED:
                self._ended.popitem(last=False)
            return error
        return None

    def _over(self, key: str, owner: str, task: object) -> None:
        del self._going[key]
        self._of_owner[owner] -= 1
        if not self._of_owner[owner]:
            del self._of_owner[owner]


def _of(verdict: Verdict) -> State:
    try:
        verdict.selected()
    except NotExact as error:
        return State(verdict, error)
    return State(verdict)
