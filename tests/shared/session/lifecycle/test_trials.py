"""An unknown environment is tried once for all processes, and what a shipped table knows is not tried at all."""

import asyncio
import math
import threading
import time
from functools import partial
from typing import Any, NoReturn

import pytest

from shared.errors import NotCreatable
from shared.session.lifecycle.trials import Trials
from shared.session.lifecycle.verdicts import Verdicts
from shared.session.live.placement import CallLimit
from shared.snapshot.conformance.selection import Verdict
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.limits import Limits
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run

RECIPE = Recipe("CartPole-v1", kwargs={"a": 1})


class Confinement:
    """In place of trials in child processes, which take seconds. It keeps their limits and gives one verdict."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.limits: list[Limits] = []

    def __call__(self, recipe: Recipe, modules: Any, limits: Limits) -> Verdict:
        self.limits.append(limits)
        time.sleep(0.01)
        return self.verdict


@pytest.fixture
def confinement(monkeypatch: pytest.MonkeyPatch) -> Confinement:
    confinement = Confinement(Verdict("object-graph", {}))
    monkeypatch.setattr("shared.session.lifecycle.trials.select_in_child", confinement)
    return confinement


def trials(store: FaultyStore, limit: CallLimit | None = None, seconds: float = 60) -> Trials:
    """One process's trials."""
    return Trials(Verdicts(store), limit or CallLimit(math.inf), Limits(seconds=seconds))


def test_creations_at_the_same_moment_share_one_trial(confinement: Confinement) -> None:
    async def test() -> None:
        at = trials(FaultyStore())
        verdicts = await asyncio.gather(*(at.verdict("public", RECIPE, ()) for _ in range(5)))
        assert verdicts == [confinement.verdict] * 5
        assert len(confinement.limits) == 1

    run(test)


class Client:
    """Waits for a verdict until it hangs up."""

    def __init__(self, at: Trials, owner: str = "public") -> None:
        self._left = asyncio.Event()
        self.verdict = asyncio.ensure_future(at.verdict(owner, RECIPE, (), self._gone))

    async def hang_up(self) -> None:
        self._left.set()
        with pytest.raises(ConnectionError):
            await self.verdict

    async def _gone(self) -> NoReturn:
        await self._left.wait()
        raise ConnectionError


class LastingTrials:
    """In place of trials in child processes: each lasts until its leash is pulled, or until it is let go."""

    def __init__(self) -> None:
        self.begun: list[Recipe] = []
        self.ended: list[Recipe] = []
        self.let_go = threading.Event()

    def __call__(self, recipe: Recipe, modules: Any, limits: Limits) -> Verdict:
        self.begun.append(recipe)
        with limits.leash.holds(partial(self.ended.append, recipe)):
            while recipe not in self.ended and not self.let_go.is_set():
                time.sleep(0.001)
        return Verdict("object-graph", {})

    async def begin(self, trials: int) -> None:
        """Wait until so many have begun."""
        while len(self.begun) < trials:
            await asyncio.sleep(0.001)


@pytest.fixture
def lasting(monkeypatch: pytest.MonkeyPatch) -> LastingTrials:
    lasting = LastingTrials()
    monkeypatch.setattr("shared.session.lifecycle.trials.select_in_child", lasting)
    return lasting


def test_a_trial_ends_when_the_last_who_waits_hangs_up(lasting: LastingTrials) -> None:
    async def test() -> None:
        at = trials(FaultyStore(remote=False))
        first, second = Client(at, "ann"), Client(at, "bob")
        await lasting.begin(1)
        await first.hang_up()
        assert lasting.ended == []
        await second.hang_up()
        assert lasting.ended == [RECIPE]

    run(test)


def test_who_still_waits_gets_the_verdict_after_the_first_has_hung_up(lasting: LastingTrials) -> None:
    async def test() -> None:
        at = trials(FaultyStore(remote=False))
        first, second = Client(at), Client(at)
        await lasting.begin(1)
        await first.hang_up()
        lasting.let_go.set()
        assert (await second.verdict).mechanism == "object-graph"
        assert len(lasting.begun) == 1

    run(test)


def test_after_an_abandoned_trial_the_next_client_has_one_of_its_own(lasting: LastingTrials) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = trials(store)
        first = Client(at)
        await lasting.begin(1)
        await first.hang_up()
        lasting.ended.clear()
        second = Client(at)
        await lasting.begin(2)
        lasting.let_go.set()
        assert (await second.verdict).mechanism == "object-graph"
        assert store.calls["put"] == 1  # nothing of the abandoned one is kept

    run(test)


def test_a_client_that_hangs_up_in_the_queue_gives_its_place_away(lasting: LastingTrials) -> None:
    async def test() -> None:
        at = trials(FaultyStore())
        others = [asyncio.ensure_future(at.verdict("public", Recipe(f"Other-v{number}"), ())) for number in (0, 1)]
        await lasting.begin(2)
        await asyncio.sleep(0.01)
        waiting = Client(at)
        await asyncio.sleep(0.01)
        await waiting.hang_up()
        lasting.let_go.set()
        await asyncio.gather(*others)
        assert RECIPE not in lasting.begun

    run(test)


def test_another_process_takes_the_stored_verdict(confinement: Confinement) -> None:
    async def test() -> None:
        store = FaultyStore()
        await trials(store).verdict("public", RECIPE, ())
        assert await trials(store).verdict("public", RECIPE, ()) == confinement.verdict
        assert len(confinement.limits) == 1

    run(test)


def test_another_seed_needs_no_trial_and_other_arguments_do(confinement: Confinement) -> None:
    async def test() -> None:
        at = trials(FaultyStore())
        for recipe in (RECIPE, Recipe("CartPole-v1", kwargs={"a": 1}, seed=3), Recipe("CartPole-v1")):
            await at.verdict("public", recipe, ())
        assert len(confinement.limits) == 2

    run(test)


def test_a_verdict_about_other_versions_is_found_anew(confinement: Confinement) -> None:
    async def test() -> None:
        store = FaultyStore()
        confinement.verdict = Verdict("object-graph", {}, {"numpy": "0.0.1"})
        at = trials(store)
        await at.verdict("public", RECIPE, ())
        confinement.verdict = Verdict("journal", {})
        assert await at.verdict("public", RECIPE, ()) == confinement.verdict
        assert await trials(store).verdict("public", RECIPE, ()) == confinement.verdict

    run(test)


def test_a_trial_ends_before_the_call_that_waits_for_it(confinement: Confinement) -> None:
    async def test() -> None:
        limit = CallLimit(math.inf)
        limit.end(100)
        at = trials(FaultyStore(), limit)
        await at.verdict("public", RECIPE, ())
        assert 0 < confinement.limits[0].seconds <= confinement.limits[0].wait_s <= 100

    run(test)


def test_a_trial_takes_no_longer_than_its_own_limit(confinement: Confinement) -> None:
    async def test() -> None:
        await trials(FaultyStore(), seconds=7).verdict("public", RECIPE, ())
        assert (confinement.limits[0].seconds, confinement.limits[0].wait_s) == (7, 28)

    run(test)


def test_what_the_shipped_catalogue_has_is_described_without_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.lifecycle.trials.run_in_child", None)

    async def test() -> None:
        assert (await trials(FaultyStore()).describe("public", "CartPole-v1", ()))["env_id"] == "CartPole-v1"

    run(test)


def test_what_is_not_registered_is_not_described() -> None:
    async def test() -> None:
        with pytest.raises(NotCreatable):
            await trials(FaultyStore()).describe("public", "Nothing-v0", ())

    run(test)
