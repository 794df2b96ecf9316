"""What a log does not have is told, and so is what it has lost."""

import asyncio

import pytest

from shared.errors import HistoryDamaged, NotRecorded, RevisionNotFound
from shared.session.history.history import History
from shared.session.history.place import Place
from shared.session.record.beside import folder_of
from shared.session.record.segments import name_of
from shared.storage.memory import MemoryStore
from tests.shared.session.history.places import returned
from tests.shared.session.record.recording import log_of, recorded, rolled, steps
from tests.shared.session.sessions import created, session


def test_what_was_never_recorded_is_told_with_the_range() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 3)
        await rolled(at, reference, 4)
        history = History(at)
        for place in (Place(0), Place(6), Place(10**15)):
            with pytest.raises(RevisionNotFound, match="from 1 to 5"):
                await returned(history, reference, place)
        with pytest.raises(RevisionNotFound, match=r"5\.0 to 5\.3"):
            await returned(history, reference, Place(5, 4))
        with pytest.raises(NotRecorded, match="record"):
            await history.page(await created(at), None, 1)

    asyncio.run(test())


def test_a_segment_out_of_its_chain_is_told_and_the_instance_goes_on() -> None:
    async def test() -> None:
        store = MemoryStore()
        at = session(store)
        reference = await recorded(at)
        await steps(at, reference, 300)
        log = await log_of(at, reference)
        await store.delete(f"{folder_of(reference, log.birth)}{name_of(log.after)}")
        history = History(at)
        for work in (history.page(reference, None, 1000), history.verify(reference, None, 60)):
            with pytest.raises(HistoryDamaged, match="missing"):
                await work
        with pytest.raises(HistoryDamaged, match="missing"):
            await returned(history, reference, Place(log.after))
        await steps(at, reference, 1)

    asyncio.run(test())
