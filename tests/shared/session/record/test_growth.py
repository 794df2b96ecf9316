"""A log has an entry for every revision, and goes on through switches and restores."""

import asyncio

import pytest

from shared.session.calls import operations
from shared.session.history.history import History
from shared.session.history.place import Place
from shared.session.record.growth import Switch, begun, switched
from shared.session.stored.header import UNREPLAYABLE_US
from shared.storage.memory import MemoryStore
from tests.shared.session.record.recording import call, log_of, recorded, rolled, steps
from tests.shared.session.sessions import created, session


def test_times_of_entries_add_up_to_that_of_the_last_write() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 300)
        header, page = await History(at).page(reference, None, 1000)
        assert page.rows[-1].time == int(header.used * 1000) / 1000

    asyncio.run(test())


def test_recording_begins_with_the_state_it_finds() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at)
        assert await call(at, reference, operations.record("on")) == {"on": True}
        await steps(at, reference, 3)
        _, page = await History(at).page(reference, None, 10)
        assert [row.place for row in page.rows] == [Place(3), Place(4), Place(5)]
        assert [row.step for row in page.rows] == [1, 2, 3]

    asyncio.run(test())


def test_a_switch_that_changes_nothing_makes_no_revision() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await call(at, reference, operations.record("on"))
        assert (await at.snapshots.header(reference)).revision == 1

    asyncio.run(test())


def test_a_log_that_was_off_goes_on_from_the_state_then() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 2)
        await call(at, reference, operations.record("off"))
        await steps(at, reference, 5)
        await call(at, reference, operations.record("on"))
        await steps(at, reference, 2)
        history = History(at)
        _, page = await history.page(reference, None, 100)
        assert [row.place.revision for row in page.rows] == [1, 2, 3, 4, 11, 12]
        assert [row.step for row in page.rows] == [0, 1, 2, 2, 8, 9]
        _, verified = await history.verify(reference, None, 60)
        assert (verified.difference, verified.calls) == (None, 5)

    asyncio.run(test())


def test_a_log_begun_anew_has_another_birth_and_forgets() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 2)
        before = await log_of(at, reference)
        await call(at, reference, operations.record("anew"))
        await steps(at, reference, 1)
        assert (await log_of(at, reference)).birth != before.birth
        _, page = await History(at).page(reference, None, 100)
        assert [row.place.revision for row in page.rows] == [5]

    asyncio.run(test())


@pytest.mark.parametrize("switch", ["off", "anew"])
def test_what_was_never_recorded_is_not_switched(switch: Switch) -> None:
    assert switched(None, switch, 3) is None


def test_a_fork_records_from_its_own_beginning_and_its_origin_goes_on() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 10)
        [fork] = (await at.forking.fork(reference, 1, None)).instance_ids
        twin = reference._replace(instance_id=fork)
        log = await log_of(at, twin)
        assert (log.after, log.tail, log.replay_us) == (0, b"", UNREPLAYABLE_US)
        assert log.birth != (await log_of(at, reference)).birth
        await steps(at, twin, 3)
        _, page = await History(at).page(twin, None, 100)
        assert [row.step for row in page.rows] == [11, 12, 13]

    asyncio.run(test())


def test_a_reseeded_fork_is_replayed_with_its_own_generators() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at, "FrozenLake-v1")
        [fork] = (await at.forking.fork(reference, 1, 7)).instance_ids
        twin = reference._replace(instance_id=fork)
        await rolled(at, twin, 40)
        assert (await History(at).verify(twin, None, 60))[1].difference is None

    asyncio.run(test())


def test_every_birth_is_another() -> None:
    assert begun(0).birth != begun(0).birth
