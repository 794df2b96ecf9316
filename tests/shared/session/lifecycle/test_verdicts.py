"""The verdict of a trial is there for every process of the store, until another takes its place."""

from shared.session.lifecycle.verdicts import Verdicts
from shared.snapshot.conformance.selection import Verdict
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run

FOUND = Verdict("journal", {"object-graph": "it differs"}, {"numpy": "2.4.6"})


def test_another_process_reads_the_verdict_as_it_was_found() -> None:
    async def test() -> None:
        store = FaultyStore()
        await Verdicts(store).put("a", FOUND)
        other = Verdicts(store)
        assert await other.get("a") == FOUND
        assert await other.get("b") is None

    run(test)


def test_a_later_verdict_takes_the_place_of_an_earlier_one() -> None:
    async def test() -> None:
        verdicts = Verdicts(FaultyStore())
        await verdicts.put("a", FOUND)
        await verdicts.put("a", Verdict(None, {}))
        assert await verdicts.get("a") == Verdict(None, {})

    run(test)


def test_a_trial_that_goes_on_is_told_of_until_it_ends_or_must_have_ended() -> None:
    async def test() -> None:
        store, time = FaultyStore(), [100.0]
        verdicts = Verdicts(store, lambda: time[0])
        assert not await verdicts.under_way("a")
        await verdicts.begin("a", 50)
        await verdicts.begin("b", 50)
        await verdicts.end("b")
        time[0] = 149.0
        assert [await verdicts.under_way(key) for key in ("a", "b")] == [True, False]
        time[0] = 150.0
        assert not await verdicts.under_way("a")

    run(test)
