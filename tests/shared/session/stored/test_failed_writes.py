"""After a failed write: a call was applied if it is remembered, and was not if that is certain."""

import msgspec
import pytest

from shared.errors import OutcomeUnknown, StoreUnavailable
from shared.session.stored.failed_writes import FailedWrites
from shared.session.stored.header import RECENT_CALLS, Header
from shared.storage.protocol import Conflict
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import fail, run, snapshots
from tests.shared.session.stored.test_envelope import HEADER

LOST = OutcomeUnknown("lost")
REFUSED = Conflict(sent_once=True)


def later(calls: int) -> Header:
    """The header after so many calls of others."""
    return msgspec.structs.replace(HEADER, revision=HEADER.revision + calls, recent=b"x" * 8 * RECENT_CALLS)


@pytest.mark.parametrize("failure", [LOST, Conflict(), REFUSED])
def test_a_failed_write_that_was_done_is_read_back_with_its_revision(failure: Conflict | OutcomeUnknown) -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        await at.add(HEADER, b"body")
        before = msgspec.structs.replace(HEADER, revision=6)
        loaded, made = await FailedWrites(at, b"87654321").read_back(before, failure)
        assert (loaded.body, made) == (b"body", 7)
        assert (await FailedWrites(at, b"12345678").read_back(before, failure))[1] == 6

    run(test)


@pytest.mark.parametrize("failure", [LOST, Conflict()])
@pytest.mark.parametrize(("others", "known"), [(RECENT_CALLS, True), (RECENT_CALLS + 1, False)])
def test_a_write_in_doubt_was_not_done_if_it_would_be_remembered(
    failure: Conflict | OutcomeUnknown, others: int, known: bool
) -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        await at.add(later(others), b"")
        failed = FailedWrites(at, b"the call")
        if known:
            assert (await failed.read_back(HEADER, failure))[1] is None
        else:
            with pytest.raises(OutcomeUnknown, match="unknown whether the call was applied"):
                await failed.read_back(HEADER, failure)

    run(test)


@pytest.mark.parametrize("others", [1, RECENT_CALLS + 1, 500])
def test_a_write_that_was_sent_once_and_refused_was_not_done(others: int) -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        await at.add(later(others), b"")
        assert (await FailedWrites(at, b"the call").read_back(HEADER, REFUSED))[1] is None

    run(test)


def test_a_refusal_does_not_settle_an_earlier_write_in_doubt() -> None:
    """The lost write may have been done after it was looked for, and the refused one have come after it."""

    async def test() -> None:
        at = snapshots(FaultyStore())
        first = await at.add(HEADER, b"")
        failed = FailedWrites(at, b"the call")
        assert (await failed.read_back(HEADER, LOST))[1] is None
        await at.save(later(RECENT_CALLS + 1), b"", first.tag)
        with pytest.raises(OutcomeUnknown, match="Over 32 other calls"):
            await failed.read_back(HEADER, REFUSED)

    run(test)


def test_a_write_is_in_doubt_until_what_it_expects_is_replaced() -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        first = await at.add(HEADER, b"")
        failed = FailedWrites(at, b"the call")
        gone = StoreUnavailable("gone")

        def tell() -> None:
            with failed.told():
                raise gone

        await failed.read_back(HEADER, LOST)
        with pytest.raises(OutcomeUnknown, match="unknown whether the call was applied"):
            tell()
        await at.save(later(1), b"", first.tag)
        await failed.read_back(HEADER, REFUSED)
        with pytest.raises(StoreUnavailable) as told:
            tell()
        assert told.value is gone
        assert failed.revision_made(later(500)) is None

    run(test)


@pytest.mark.parametrize("failure", [LOST, REFUSED])
def test_a_store_that_fails_again_leaves_the_outcome_unknown(failure: Conflict | OutcomeUnknown) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = snapshots(store)
        await at.add(HEADER, b"")
        store.before_get.append(fail(StoreUnavailable("gone")))
        with pytest.raises(OutcomeUnknown, match="The store failed while the call was saved"):
            await FailedWrites(at, b"the call").read_back(HEADER, failure)

    run(test)
