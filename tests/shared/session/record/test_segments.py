"""A long tail becomes a segment, the same whoever writes it, and the log goes on behind it."""

import asyncio

import msgspec
import pytest

from shared.errors import HistoryDamaged, OutcomeUnknown, SnapshotTooLarge, StoreUnavailable
from shared.session.calls import operations
from shared.session.history.history import History
from shared.session.record.beside import folder_of
from shared.session.record.reader import entries_in
from shared.session.record.recorder import KEYFRAME_US
from shared.session.record.segments import TAIL_BYTES, Segments, is_full, name_of
from shared.session.session import Session
from shared.session.stored.header import UNREPLAYABLE_US
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded
from shared.settings import PUBLIC
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from shared.storage.protocol import Conflict, Stored
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.record.recording import call, log_of, recorded, rolled, steps
from tests.shared.session.sessions import session


async def names(at: Session, reference: Reference) -> list[str]:
    log = await log_of(at, reference)
    return [name async for name in at.segments.names(reference, log.birth)]


def test_a_new_log_has_a_keyframe_before_its_first_call() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        log = await log_of(at, reference)
        first = await at.segments.read(reference, log.birth, name_of(0))
        assert (first.header.revision, log.keyframe, log.after) == (0, 0, 0)
        assert first.body
        assert len([*entries_in(log.tail)]) == 1

    asyncio.run(test())


def test_a_keyframe_follows_the_first_reset_since_before_it_a_game_may_have_to_be_loaded() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)  # and reset
        await steps(at, reference, 30)
        log = await log_of(at, reference)
        assert (log.keyframe, await names(at, reference)) == (1, [name_of(0), name_of(1)])

    asyncio.run(test())


def test_recording_that_is_switched_off_first_of_all_is_off() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        header = await at.creation.create(PUBLIC, Recipe("CartPole-v1"), (), record=True)
        await call(at, header.reference, operations.record("off"))
        await call(at, header.reference, operations.reset(1, None))
        await steps(at, header.reference, 3)
        log = await log_of(at, header.reference)
        assert (log.on, log.until) == (False, 1)

    asyncio.run(test())


def test_segments_hold_every_entry_once_and_each_names_the_one_before() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 600)
        header = await at.snapshots.header(reference)
        log = await log_of(at, reference)
        count, found = len([*entries_in(log.tail)]), 0
        while log.previous:
            segment = await at.segments.read(reference, log.birth, name_of(log.after))
            assert segment.digest == log.previous
            assert segment.header.log is not None
            log = segment.header.log
            assert len(log.tail) < TAIL_BYTES + 64
            count, found = count + len([*entries_in(log.tail)]), found + 1
        assert count == header.revision
        assert found > 2

    asyncio.run(test())


def test_a_repeated_seal_writes_nothing_and_agrees() -> None:
    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await recorded(at)
        await rolled(at, reference, 200)
        loaded = await at.snapshots.load(reference)
        once = await at.segments.ready(loaded)
        assert once == await at.segments.ready(loaded)
        assert once is not None
        assert (once.tail, once.after) == (b"", loaded.header.revision)
        stored = await store.get(f"{folder_of(reference, once.birth)}{name_of(once.after)}")
        await Segments(session(store).snapshots).ready(loaded)
        assert stored == await store.get(f"{folder_of(reference, once.birth)}{name_of(once.after)}")

    asyncio.run(test())


def test_what_no_server_wrote_gives_way_to_the_segment() -> None:
    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await recorded(at)
        await rolled(at, reference, 200)
        loaded = await at.snapshots.load(reference)
        log = await log_of(at, reference)
        await store.put(f"{folder_of(reference, log.birth)}{name_of(loaded.header.revision)}", b"forged")
        sealed = await at.segments.ready(loaded)
        assert sealed is not None
        segment = await at.segments.read(reference, log.birth, name_of(sealed.after))
        assert segment.digest == sealed.previous

    asyncio.run(test())


@pytest.mark.parametrize("failure", [Conflict("lost"), OutcomeUnknown("lost")], ids=["conflict", "unknown"])
def test_a_seal_whose_reply_was_lost_is_done(failure: Exception) -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await recorded(at)
        await rolled(at, reference, 200)

        def lost() -> None:
            raise failure

        store.after_put = [lost]
        await steps(at, reference, 1)
        verified = (await History(at).verify(reference, None, 60))[1]
        assert (verified.difference, verified.calls) == (None, await calls_of(at, reference))

    asyncio.run(test())


async def calls_of(at: Session, reference: Reference) -> int:
    _, page = await History(at).page(reference, None, 1000)
    return len(page.rows)


def test_a_call_whose_log_cannot_be_sealed_is_refused_and_changes_nothing() -> None:
    async def test() -> None:
        store = FaultyStore()
        at = session(store)
        reference = await recorded(at)
        await rolled(at, reference, 200)
        before = (await at.snapshots.header(reference)).revision

        def down() -> None:
            raise StoreUnavailable("down")

        store.before_put = [down]
        with pytest.raises(StoreUnavailable):
            await steps(at, reference, 1)
        assert (await at.snapshots.header(reference)).revision == before
        await steps(at, reference, 1)

    asyncio.run(test())


def test_a_missing_or_altered_segment_is_told_by_name() -> None:
    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await recorded(at)
        log = await log_of(at, reference)
        key = f"{folder_of(reference, log.birth)}{name_of(0)}"
        stored = await store.get(key)
        assert isinstance(stored, Stored)
        await store.put(key, stored.body[:-1] + b"?")
        with pytest.raises(HistoryDamaged, match=name_of(0)):
            await at.segments.read(reference, log.birth, name_of(0))
        await store.delete(key)
        with pytest.raises(HistoryDamaged, match="missing"):
            await at.segments.read(reference, log.birth, name_of(0))
        await steps(at, reference, 1)

    asyncio.run(test())


def test_a_segment_stands_for_no_instance_and_for_no_other_segment() -> None:
    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await recorded(at)
        log = await log_of(at, reference)
        folder = folder_of(reference, log.birth)
        stored = await store.get(f"{folder}{name_of(0)}")
        assert isinstance(stored, Stored)
        await store.put(f"{folder}{name_of(7)}", stored.body)
        with pytest.raises(HistoryDamaged, match="another"):
            await at.segments.read(reference, log.birth, name_of(7))

    asyncio.run(test())


def test_a_log_is_full_by_its_bytes_or_by_its_replay_and_never_while_it_is_off() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        log = await log_of(at, await recorded(at))

        def changed(**changes: object) -> bool:
            return is_full(msgspec.structs.replace(log, **{"replay_us": 0, **changes}))

        assert not changed()
        assert changed(tail=bytes(TAIL_BYTES + 1))
        assert changed(replay_us=KEYFRAME_US + 1)
        assert not changed(tail=bytes(TAIL_BYTES + 1), until=3)
        assert changed(replay_us=UNREPLAYABLE_US, until=3), "it was switched on again"

    asyncio.run(test())


def test_a_long_rollout_has_keyframes_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.record.recorder.KEYFRAME_US", 500)

    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 2000)
        [*_, entry] = entries_in((await log_of(at, reference)).tail)
        assert len(entry.marks) > 1
        log = await log_of(at, reference)
        for mark in entry.marks:
            taken = await at.segments.read(reference, log.birth, f"k{mark.name.hex()}")
            assert taken.body
            assert taken.header.revision == 2

    asyncio.run(test())


def test_a_call_that_is_not_applied_leaves_no_entry() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        before: Loaded = await at.snapshots.load(reference)
        await call(at, reference, operations.contains("action_space", 1))
        assert (await at.snapshots.load(reference)).header.log == before.header.log

    asyncio.run(test())


def test_an_entry_that_would_be_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.record.segments.LARGEST_ENTRY_BYTES", 999)

    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 50)
        with pytest.raises(SnapshotTooLarge, match="999"):
            await rolled(at, reference, 100)
        assert (await at.snapshots.header(reference)).revision == 2

    asyncio.run(test())


def test_two_processes_that_write_at_once_record_every_call_once() -> None:
    async def test() -> None:
        store = FaultyStore()
        one, other = session(store), session(store)
        reference = await recorded(one)
        replies = await asyncio.gather(*(steps(at, reference, 120) for at in (one, other)))
        history = History(one)
        _, page = await history.page(reference, None, 1000)
        header = await one.snapshots.header(reference)
        assert [row.place.revision for row in page.rows] == [*range(1, header.revision + 1)]
        assert [row.call for row in page.rows].count("step") == sum(map(len, replies))
        assert (await history.verify(reference, None, 60))[1].difference is None
        await history.close()

    asyncio.run(test())
