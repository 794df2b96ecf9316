"""A turn is claimed by a write that changes nothing else, and waited for by everyone but its call."""

import time

import msgspec
import pytest

from shared.errors import Contended, OutcomeUnknown, StoreUnavailable
from shared.session.stored.header import Turn
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.session.stored.turns import LONGEST_TURN_S, MOST_CLAIMS, SHORTEST_TURN_S, Turns
from shared.storage.protocol import Conflict
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import created, fail, run, session, snapshots

MINE, ANOTHERS = b"is mine.", b"another."


async def stored(store: FaultyStore) -> Loaded:
    at = session(store)
    return await at.snapshots.load(await created(at))


def turns(at: Snapshots, most_seconds: float = 30.0) -> Turns:
    """One process's turns."""
    return Turns(at, lambda: most_seconds)


async def overtake(at: Snapshots, reference: Reference, turn: Turn | None = None) -> Loaded:
    """Another process writes."""
    loaded = await at.load(reference)
    header = msgspec.structs.replace(loaded.header, revision=loaded.header.revision + 1, turn=turn)
    saved = await at.save(header, loaded.body, loaded.tag)
    assert isinstance(saved, Loaded)
    return saved


def test_a_claim_changes_nothing_but_the_turn() -> None:
    async def test() -> None:
        store = FaultyStore()
        before, at = await stored(store), snapshots(store)
        async with turns(at).claim(MINE) as claim:
            await claim.make(before)
            assert claim.held
            after = await at.load(before.header.reference)
            assert after.header.turn == Turn(MINE, SHORTEST_TURN_S)
            assert after.body == before.body
            assert after.tag != before.tag
            same = {"turn": None, "nonce": before.header.nonce}
            assert msgspec.structs.replace(after.header, **same) == before.header

    run(test)


def test_a_turn_is_as_long_as_its_call_needs_and_never_longer_than_a_call_may_be() -> None:
    at = snapshots(FaultyStore())
    assert turns(at).length(0) == SHORTEST_TURN_S
    assert turns(at).length(5) == SHORTEST_TURN_S + 10
    assert turns(at, 1000.0).length(1000) == LONGEST_TURN_S
    assert turns(at, 1.5).length(5) == 1.5


def test_a_turn_that_was_not_used_is_given_back_and_one_that_was_is_not_written_again() -> None:
    async def test() -> None:
        store = FaultyStore()
        before, at = await stored(store), snapshots(store)
        async with turns(at).claim(MINE) as claim:
            await claim.make(before)
        after = await at.load(before.header.reference)
        assert (after.header.turn, after.header.revision) == (None, before.header.revision)
        async with turns(at).claim(MINE) as claim:
            await claim.make(after)
            claim.use()
            store.calls.clear()
        assert store.calls["put"] == 0

    run(test)


def test_a_turn_that_cannot_be_given_back_hides_no_other_error() -> None:
    async def test() -> None:
        store = FaultyStore()
        before, at = await stored(store), snapshots(store)
        mine = turns(at)

        async def refused() -> None:
            async with mine.claim(MINE) as claim:
                await claim.make(before)
                store.before_put.append(fail(StoreUnavailable("gone")))
                raise ValueError("the call's own")

        with pytest.raises(ValueError, match="the call's own"):
            await refused()
        left = await at.load(before.header.reference)
        assert left.header.turn == Turn(MINE, SHORTEST_TURN_S)
        assert await mine.wait(left, b"the next") is left  # here nobody waits for it

    run(test)


def test_a_claim_is_tried_again_until_it_fits_between_the_writes_of_another() -> None:
    async def test() -> None:
        store = FaultyStore()
        before, at = await stored(store), snapshots(store)
        store.before_put.extend([fail(Conflict(sent_once=True))] * (MOST_CLAIMS - 1))
        async with turns(at).claim(MINE) as claim:
            await claim.make(before)
            assert claim.held
        store.before_put.extend([fail(Conflict(sent_once=True))] * MOST_CLAIMS)
        async with turns(at).claim(MINE) as claim:
            await claim.make(await at.load(before.header.reference))
            assert not claim.held
        assert store.before_put == []

    run(test)


@pytest.mark.parametrize("error", [OutcomeUnknown("lost"), Conflict()])
def test_a_claim_whose_reply_was_lost_is_found(error: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        before, at = await stored(store), snapshots(store)
        store.after_put.append(fail(error))
        async with turns(at).claim(MINE) as claim:
            await claim.make(before)
            assert claim.held

    run(test)


def test_nobody_claims_the_turn_that_another_has() -> None:
    async def test() -> None:
        store = FaultyStore()
        before, at = await stored(store), snapshots(store)
        taken = await overtake(at, before.header.reference, Turn(ANOTHERS, 60))
        async with turns(at).claim(MINE) as claim:
            await claim.make(before)
            assert not claim.held
        assert (await at.load(before.header.reference)).tag == taken.tag

    run(test)


def test_whoever_waits_goes_on_from_what_was_written() -> None:
    async def test() -> None:
        store = FaultyStore()
        before, at = await stored(store), snapshots(store)
        reference = before.header.reference
        taken = await overtake(at, reference, Turn(ANOTHERS, 60))
        written = await overtake(at, reference)
        assert await turns(at).wait(taken, MINE) == written
        assert await turns(at).wait(taken, ANOTHERS) is taken

    run(test)


def test_a_dead_claimant_is_waited_for_once_in_a_process_whatever_its_clock_says() -> None:
    async def test() -> None:
        store = FaultyStore()
        before, at = await stored(store), snapshots(store)
        taken = await overtake(at, before.header.reference, Turn(ANOTHERS, 0.2))
        mine = turns(at)
        began = time.monotonic()
        assert await mine.wait(taken, MINE) is taken
        assert time.monotonic() - began >= 0.2
        store.calls.clear()
        assert await mine.wait(taken, MINE) is taken
        assert store.calls["get"] == 0

    run(test)


def test_one_turn_after_another_is_not_waited_for_without_end() -> None:
    async def test() -> None:
        store = FaultyStore()
        before, at = await stored(store), snapshots(store)
        taken = await overtake(at, before.header.reference, Turn(ANOTHERS, 60))
        with pytest.raises(Contended, match="served first"):
            await turns(at, most_seconds=0.05).wait(taken, MINE)

    run(test)
