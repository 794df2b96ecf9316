"""A film ends with its client, and a fault before its first part is told as one."""

import asyncio
from typing import Any

import pytest
from gymnasium.envs.classic_control.cartpole import CartPoleEnv

from shared.errors import SnapshotDiverged
from shared.films.encoding import Encoding
from shared.session.filming.films import Films, Shot
from shared.session.filming.frames import Frames
from shared.session.history.history import History
from shared.storage.memory import MemoryStore
from tests.shared.session.filming.test_drawing import moves
from tests.shared.session.record.recording import recorded, rolled
from tests.shared.session.sessions import session


def test_a_client_that_leaves_ends_the_encoder_and_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Encoding] = []

    def close(encoding: Encoding, as_ever: Any = Encoding.close) -> None:
        as_ever(encoding)
        closed.append(encoding)

    monkeypatch.setattr(Encoding, "close", close)

    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 60)
        frames = Frames(at, History(at).parts)
        _, film = await Films(frames, at).film(reference, 1, Shot("webp", width=60))
        await anext(film)
        await film.aclose()
        assert len(closed) == 1
        assert not [entry async for entry in at.segments.objects(reference) if "/v" in entry.key]
        await frames.close()

    asyncio.run(test())


def test_what_drawing_changes_is_refused_before_the_first_part(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 20)
        frames = Frames(at, History(at).parts)
        monkeypatch.setattr(CartPoleEnv, "render", moves)
        with pytest.raises(SnapshotDiverged):
            await Films(frames, at).film(reference, 1, Shot("webp"))
        await frames.close()

    asyncio.run(test())


def test_a_film_that_the_quota_has_no_room_for_is_sent_and_not_kept() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 60)
        full = session(at.objects, max_stored_bytes=1)
        frames = Frames(full, History(full).parts)
        _, film = await Films(frames, full).film(reference, 1, Shot("webp", width=60))
        assert len([part async for part in film]) > 0
        assert not [entry async for entry in at.segments.objects(reference) if "/v" in entry.key]
        await frames.close()

    asyncio.run(test())
