"""A snapshot is written where the expected one stands."""

import time

import msgspec
import pytest

from shared.errors import (
    CheckpointNotFound,
    Contended,
    InstanceNotFound,
    OutcomeUnknown,
    SnapshotCorrupt,
    SnapshotTooLarge,
)
from shared.session.stored.retry import MOST_TRIES
from shared.session.stored.snapshots import Loaded
from shared.storage.protocol import ABSENT, Conflict, Stored
from tests.shared.session.conftest import Clock
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import fail, run, snapshots
from tests.shared.session.stored.test_envelope import HEADER, REFERENCE

CHECKPOINT = REFERENCE._replace(checkpoint_id="c")
CHECKPOINT_HEADER = msgspec.structs.replace(HEADER, checkpoint_id="c")
LOST = OutcomeUnknown("lost")


def test_what_was_added_is_loaded_in_another_process() -> None:
    async def test() -> None:
        store = FaultyStore()
        added = await snapshots(store).add(HEADER, b"body")
        loaded = await snapshots(store).load(REFERENCE)
        assert (loaded.body, loaded.tag, loaded.header.nonce) == (b"body", added.tag, added.header.nonce)
        assert loaded.header.progress == HEADER.progress

    run(test)


def test_what_is_not_there_is_not_found_by_its_kind() -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        with pytest.raises(InstanceNotFound):
            await at.load(REFERENCE)
        with pytest.raises(CheckpointNotFound):
            await at.header(CHECKPOINT)

    run(test)


def test_a_checkpoint_does_not_expire_by_its_own_age(clock: Clock) -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        await at.add(HEADER, b"")
        await at.add(CHECKPOINT_HEADER, b"")
        clock.forward(3601)
        with pytest.raises(InstanceNotFound):
            await at.load(REFERENCE)
        assert (await at.header(CHECKPOINT)).checkpoint_id == "c"

    run(test)


def test_a_newer_snapshot_is_read_and_the_same_one_is_not() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = snapshots(store)
        first = await at.add(HEADER, b"1")
        assert await at.newer(REFERENCE, first.tag) is None
        second = await at.save(HEADER, b"2", first.tag)
        assert isinstance(second, Loaded)
        newer = await at.newer(REFERENCE, first.tag)
        assert newer is not None
        assert (newer.body, newer.tag) == (b"2", second.tag)
        await store.delete(REFERENCE.key)
        with pytest.raises(InstanceNotFound):
            await at.newer(REFERENCE, second.tag)

    run(test)


def test_an_instance_that_has_expired_is_not_newer(clock: Clock) -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        first = await at.add(HEADER, b"1")
        await at.save(HEADER, b"2", first.tag)
        clock.forward(3601)
        with pytest.raises(InstanceNotFound):
            await at.newer(REFERENCE, first.tag)

    run(test)


def test_the_time_of_use_does_not_go_back_with_a_host_s_clock(clock: Clock) -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        first = await at.add(msgspec.structs.replace(HEADER, used=clock()), b"1")
        clock.forward(-30 * 86400)
        second = await at.save(first.header, b"2", first.tag)
        assert isinstance(second, Loaded)
        assert second.header.used >= first.header.used
        clock.forward(30 * 86400)
        assert (await at.load(REFERENCE)).body == b"2"

    run(test)


def test_a_write_that_expects_another_snapshot_fails_and_changes_nothing() -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        first = await at.add(HEADER, b"1")
        second = await at.save(HEADER, b"2", first.tag)
        assert isinstance(second, Loaded)
        assert isinstance(await at.save(HEADER, b"3", first.tag), Conflict)
        assert isinstance(await at.save(HEADER, b"3", ABSENT), Conflict)
        assert (await at.load(REFERENCE)).body == b"2"

    run(test)


def test_two_writes_of_the_same_state_have_different_tags_and_times() -> None:
    """S3's tag is a digest of the bytes, so that equal bytes would be taken for the same write."""

    async def test() -> None:
        at = snapshots(FaultyStore())
        first = await at.add(HEADER, b"body")
        second = await at.save(first.header, b"body", first.tag)
        assert isinstance(second, Loaded)
        assert first.header.nonce != second.header.nonce
        assert first.header.used < second.header.used <= time.time()

    run(test)


def test_the_time_of_a_write_that_a_reply_has_stated_is_stored() -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        stated = time.time() - 10
        await at.save(HEADER, b"", ABSENT, used=stated)
        assert (await at.header(REFERENCE)).used == stated

    run(test)


@pytest.mark.parametrize("error", [Conflict(), LOST])
def test_a_first_write_whose_reply_is_lost_is_found(error: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        store.after_put.append(fail(error))
        added = await snapshots(store).add(HEADER, b"body")
        assert store.calls == {"put": 1, "get": 1}
        assert (await snapshots(store).load(REFERENCE)).header.nonce == added.header.nonce

    run(test)


def test_a_second_addition_finds_the_first() -> None:
    async def test() -> None:
        store = FaultyStore()
        for header in (HEADER, CHECKPOINT_HEADER):
            first = await snapshots(store).add(header, b"first")
            second = await snapshots(store).add(header, b"second")
            assert (second.body, second.tag, second.header.nonce) == (b"first", first.tag, first.header.nonce)

    run(test)


def test_an_addition_takes_the_place_of_what_has_expired(clock: Clock) -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        await at.add(HEADER, b"first")
        clock.forward(3601)
        assert (await at.add(HEADER, b"second")).body == b"second"

    run(test)


@pytest.mark.parametrize(("error", "raised"), [(Conflict(), Contended), (LOST, OutcomeUnknown)])
def test_an_addition_that_never_gets_through_gives_up(
    error: Exception, raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.session.stored.retry.LONGEST_PAUSE_S", 0)

    async def test() -> None:
        store = FaultyStore()
        store.before_put.extend([fail(error)] * MOST_TRIES)
        with pytest.raises(raised):
            await snapshots(store).add(HEADER, b"")
        assert [entry async for entry in store.list("")] == []

    run(test)


def test_a_deletion_takes_the_index_entry_and_the_checkpoints_with_it() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = snapshots(store)
        loaded = await at.add(HEADER, b"")
        await at.index.add(HEADER)
        for checkpoint_id in ("c", "d"):
            await at.add(msgspec.structs.replace(HEADER, checkpoint_id=checkpoint_id), b"")
        other = msgspec.structs.replace(HEADER, instance_id=f"{HEADER.instance_id}0", checkpoint_id="e")
        await at.add(other, b"")
        assert sorted(await at.checkpoint_ids(REFERENCE)) == ["c", "d"]
        assert await at.delete(loaded) is None
        assert [entry.key async for entry in store.list("")] == [other.reference.key]

    run(test)


def test_an_instance_that_was_written_to_again_is_not_deleted() -> None:
    async def test() -> None:
        at = snapshots(FaultyStore())
        first = await at.add(HEADER, b"1")
        await at.save(HEADER, b"2", first.tag)
        await at.index.add(HEADER)
        assert isinstance(await at.delete(first), Conflict)
        assert (await at.load(REFERENCE)).body == b"2"
        assert await at.index.has(HEADER)

    run(test)


def test_a_body_over_the_limit_is_refused_with_both_sizes() -> None:
    at = snapshots(FaultyStore(), max_body_bytes=4)
    at.check_size(b"1234")
    with pytest.raises(SnapshotTooLarge, match="5 bytes, and 4 is the most") as raised:
        at.check_size(b"12345")
    assert raised.value.evidence == {"size": 5, "limit": 4}


def test_without_a_limit_any_body_may_be_saved() -> None:
    snapshots(FaultyStore()).check_size(b"x" * 1_000_000)


def test_an_expired_snapshot_is_opened_and_a_forged_one_is_not(clock: Clock) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = snapshots(store)
        await at.add(HEADER, b"body")
        clock.forward(3601)
        stored = await store.get(REFERENCE.key)
        assert isinstance(stored, Stored)
        assert at.opened(REFERENCE, stored).body == b"body"
        with pytest.raises(SnapshotCorrupt):
            at.opened(REFERENCE, stored._replace(body=stored.body + b"more"))

    run(test)
