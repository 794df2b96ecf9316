"""A trial may go on though nobody waits, within bounds, and any process tells how far it is."""

import asyncio
import math
from typing import Any

import pytest

from shared.errors import NotCreatable, NotExact, TrialNotFound
from shared.session.lifecycle.ahead import Ahead, State
from shared.session.lifecycle.trials import Trials
from shared.session.lifecycle.verdicts import Verdicts
from shared.session.live.placement import CallLimit
from shared.snapshot.conformance.selection import Verdict, verdict_key
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.limits import Limits
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.lifecycle.test_trials import RECIPE, LastingTrials
from tests.shared.session.sessions import run

UNKNOWN = Recipe("wild/Unknown-v0")
KEY = verdict_key(UNKNOWN)
LONG_S = 600.0


@pytest.fixture
def lasting(monkeypatch: pytest.MonkeyPatch) -> LastingTrials:
    lasting = LastingTrials()
    monkeypatch.setattr("shared.session.lifecycle.trials.select_in_child", lasting)
    return lasting


def comes_to(monkeypatch: pytest.MonkeyPatch, outcome: Verdict | Exception) -> None:
    def selected(recipe: Recipe, modules: Any, limits: Limits) -> Verdict:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr("shared.session.lifecycle.trials.select_in_child", selected)


class Now:
    """The store's time, which a test sets forward."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def ahead(store: FaultyStore, now: Now | None = None) -> Ahead:
    """One process's."""
    verdicts = Verdicts(store, now or Now())
    return Ahead(Trials(verdicts, CallLimit(math.inf), Limits(seconds=60)), verdicts)


def test_a_trial_goes_on_and_its_verdict_is_there_later(lasting: LastingTrials) -> None:
    async def test() -> None:
        at = ahead(FaultyStore())
        assert await at.begun("public", UNKNOWN, (), 0) == KEY
        assert (await at.state(KEY)) == State()
        lasting.let_go.set()
        while (state := await at.state(KEY)).verdict is None:
            await asyncio.sleep(0.001)
        assert state == State(Verdict("object-graph", {}))
        assert await at.begun("public", UNKNOWN, (), 0) is None
        assert len(lasting.begun) == 1

    run(test)


def test_one_that_is_over_within_the_wait_is_not_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    comes_to(monkeypatch, Verdict("journal", {}))

    async def test() -> None:
        at = ahead(FaultyStore())
        assert await at.begun("public", UNKNOWN, (), LONG_S) is None
        assert (await at.state(KEY)).verdict == Verdict("journal", {})

    run(test)


def test_a_refusal_is_told_with_its_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    comes_to(monkeypatch, Verdict(None, {"journal": "it differs"}))

    async def test() -> None:
        at = ahead(FaultyStore())
        assert await at.begun("public", UNKNOWN, (), LONG_S) is None
        refused = (await at.state(KEY)).refused
        assert isinstance(refused, NotExact)
        assert refused.evidence == {"reasons": {"journal": "it differs"}}

    run(test)


def test_a_failure_is_raised_within_the_wait_and_told_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    failure = NotCreatable("it took too long")
    comes_to(monkeypatch, failure)

    async def test() -> None:
        at = ahead(FaultyStore())
        with pytest.raises(NotCreatable):
            await at.begun("public", UNKNOWN, (), LONG_S)
        assert (await at.state(KEY)).refused is failure
        comes_to(monkeypatch, Verdict("journal", {}))
        assert await at.begun("public", UNKNOWN, (), LONG_S) is None
        assert (await at.state(KEY)).refused is None

    run(test)


def test_another_process_tells_of_it_until_it_must_be_over(lasting: LastingTrials) -> None:
    async def test() -> None:
        store, now = FaultyStore(), Now()
        at, other = ahead(store), ahead(store, now)
        await at.begun("public", UNKNOWN, (), 0)
        await lasting.begin(1)
        assert await other.state(KEY) == State()
        now.seconds += Limits(seconds=60).wait_s
        with pytest.raises(TrialNotFound):
            await other.state(KEY)
        now.seconds -= 1
        assert await other.state(KEY) == State()
        await at.close()
        assert lasting.ended == [UNKNOWN]
        with pytest.raises(TrialNotFound):
            await other.state(KEY)

    run(test)


@pytest.mark.parametrize("key", ["0" * 64, "", "../health", "F" * 64, KEY + "0"])
def test_what_is_no_trial_is_not_found(key: str) -> None:
    async def test() -> None:
        with pytest.raises(TrialNotFound, match="create the environment again"):
            await ahead(FaultyStore()).state(key)

    run(test)


def test_an_owner_has_so_many_that_go_on_and_another_has_more(lasting: LastingTrials) -> None:
    async def test() -> None:
        at = ahead(FaultyStore())
        recipes = [Recipe(f"wild/Unknown-v{number}") for number in range(5)]
        assert None not in [await at.begun("ann", each, (), 0) for each in recipes[:4]]
        assert await at.begun("ann", recipes[4], (), 0) is None
        assert await at.begun("ann", recipes[0], (), 0) == verdict_key(recipes[0])
        assert await at.begun("bob", recipes[4], (), 0) == verdict_key(recipes[4])
        await at.close()
        lasting.ended.clear()
        lasting.let_go.set()
        assert await at.begun("ann", recipes[4], (), LONG_S) is None
        assert (await at.state(verdict_key(recipes[4]))).verdict is not None

    run(test)


def test_who_waits_for_the_same_trial_shares_it(lasting: LastingTrials) -> None:
    async def test() -> None:
        store = FaultyStore()
        verdicts = Verdicts(store)
        trials = Trials(verdicts, CallLimit(math.inf), Limits(seconds=60))
        at = Ahead(trials, verdicts)
        await at.begun("public", RECIPE, (), 0)
        waiting = asyncio.ensure_future(trials.verdict("public", RECIPE, ()))
        await lasting.begin(1)
        lasting.let_go.set()
        assert (await waiting).mechanism == "object-graph"
        assert len(lasting.begun) == 1

    run(test)
