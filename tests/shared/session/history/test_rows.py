"""Rows tell every call once, in pages, without a replay."""

import asyncio
from typing import Any

from shared.session.history.history import History
from shared.session.history.place import Place
from shared.storage.memory import MemoryStore
from tests.shared.session.record.recording import recorded, rolled, steps
from tests.shared.session.sessions import session, turns_beside


def test_pages_have_every_row_once() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 150)
        await steps(at, reference, 120)
        await rolled(at, reference, 30)
        history = History(at)
        _, whole = await history.page(reference, None, 1000)
        found: list[Any] = []
        after: Place | None = None
        while True:
            _, page = await history.page(reference, after, 7)
            found += page.rows
            after = page.next
            if after is None:
                break
        assert found == [*whole.rows]
        progress = (await at.snapshots.header(reference)).progress
        assert (found[-1].episode, found[-1].step) == (progress.episode, progress.steps)

    asyncio.run(test())


def test_what_was_recorded_of_many_steps_is_read_beside_the_event_loop() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 5000)
        history = History(at)
        assert await turns_beside(history.page(reference, Place(2, 4000), 10)) > 1
        _, page = await history.page(reference, Place(2, 4000), 10)
        assert [row.place for row in page.rows] == [Place(2, 4001 + number) for number in range(10)]
        await history.close()

    asyncio.run(test())
