"""Episodes of a long log are found from any number on, without its calls."""

import asyncio

import pytest

from shared.errors import EpisodeNotFound, InvalidValue
from shared.session.history.episodes import episode_of, episodes_of
from shared.session.record.reader import Reader
from shared.storage.memory import MemoryStore
from tests.shared.session.history.logs import parts_of
from tests.shared.session.record.recording import recorded, steps
from tests.shared.session.sessions import session


def test_pages_begin_at_any_number_and_read_no_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.record.segments.TAIL_BYTES", 40)
    monkeypatch.setattr("shared.session.calls.exactly_once.TAIL_BYTES", 40)
    monkeypatch.setattr("shared.session.history.episodes._AT_ONCE", 2)

    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 300)
        parts = await parts_of(at, reference)
        whole = (await episodes_of(parts, 0, 0, 1000)).episodes
        assert [each.number for each in whole] == [*range(1, len(whole) + 1)]
        assert len(whole) > 4
        for after in range(len(whole)):
            page = await episodes_of(parts, 0, after, 2)
            assert page.episodes == whole[after : after + 2]
            assert page.next == (after + 2 if after + 2 < len(whole) else None)
            assert await episode_of(parts, 0, after + 1) == whole[after]
        with pytest.raises(EpisodeNotFound):
            await episode_of(parts, 0, len(whole) + 1)
        with pytest.raises(EpisodeNotFound):
            await episode_of(parts, 0, 0)
        with pytest.raises(InvalidValue, match="no vector"):
            await episodes_of(parts, 1, 0, 1)
        read = list[int]()
        monkeypatch.setattr(Reader, "head", lambda reader: read.append(1))
        await episodes_of(parts, 0, 0, 3)
        assert read == []

    asyncio.run(test())
