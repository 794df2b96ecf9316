"""Recordings are found among segments, and those that are over are not."""

import asyncio

import pytest

from shared.session.history.recordings import Recordings
from shared.storage.memory import MemoryStore
from tests.shared.session.record.recording import recorded, steps
from tests.shared.session.sessions import session


def test_an_instance_of_many_segments_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.record.segments.TAIL_BYTES", 40)
    monkeypatch.setattr("shared.session.calls.exactly_once.TAIL_BYTES", 40)
    monkeypatch.setattr("shared.session.history.recordings._MOST_IN_A_ROW", 3)

    async def test() -> None:
        at = session(MemoryStore())
        references = [await recorded(at) for _ in range(3)]
        for reference in references:
            await steps(at, reference, 60)
        page = await Recordings(at.snapshots, at.segments).page("public", 100)
        assert [each.header.instance_id for each in page.recordings] == sorted(
            reference.instance_id for reference in references
        )
        assert page.next is None

    asyncio.run(test())


def test_a_page_ends_after_many_keys_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.history.recordings._MOST_READ", 1)

    async def test() -> None:
        at = session(MemoryStore())
        for _ in range(2):
            await steps(at, await recorded(at), 1)
        recordings, found, after = Recordings(at.snapshots, at.segments), list[str](), ""
        while True:
            page = await recordings.page("public", 100, after)
            found += [each.header.instance_id for each in page.recordings]
            if page.next is None:
                break
            after = page.next
        assert len(set(found)) == len(found) == 2

    asyncio.run(test())


def test_a_closed_recording_is_told_for_its_time_alone() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 1)
        await at.closing.close(reference, None, None)
        [kept] = (await Recordings(at.snapshots, at.segments).page("public", 1)).recordings
        assert kept.closed
        assert (await Recordings(at.snapshots, at.segments, -1.0).page("public", 1)).recordings == []

    asyncio.run(test())
