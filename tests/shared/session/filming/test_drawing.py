"""An environment that behaves otherwise when it is drawn is not drawn."""

import asyncio
from typing import Any

import numpy as np
import pytest
from gymnasium.envs.classic_control.cartpole import CartPoleEnv

from shared.errors import CallTooLong, NotRenderable, SnapshotDiverged
from shared.session.filming.frames import Frames
from shared.session.history.history import History
from shared.session.history.place import Place
from shared.storage.memory import MemoryStore
from tests.shared.session.record.recording import recorded, steps
from tests.shared.session.sessions import session


async def drawn(at: Any, reference: Any) -> Any:
    frames = Frames(at, History(at).parts)
    try:
        return (await frames.frame(reference, 0, Place(4), lambda _, frame: frame))[1]
    finally:
        await frames.close()


def moves(env: Any) -> Any:
    env.state = tuple(value + 1e-3 for value in env.state)
    return np.zeros((20, 30, 3), np.uint8)


@pytest.mark.parametrize(
    ("render", "refusal"), [(moves, SnapshotDiverged), (lambda env: None, NotRenderable)], ids=["moves", "nothing"]
)
def test_what_cannot_be_drawn_as_it_was_is_refused(
    render: Any, refusal: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 5)
        monkeypatch.setattr(CartPoleEnv, "render", render)
        with pytest.raises(refusal):
            await drawn(at, reference)

    asyncio.run(test())


def test_a_picture_takes_no_longer_than_a_call_may() -> None:
    async def test() -> None:
        at = session(MemoryStore(), max_call_seconds=1.0)
        reference = await recorded(at)
        await steps(at, reference, 5)
        await drawn(at, reference)  # a first picture imports what draws
        at.limit.end(-1.0)
        with pytest.raises(CallTooLong):
            await drawn(at, reference)

    asyncio.run(test())
