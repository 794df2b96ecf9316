"""A log is verified in as many requests as it takes."""

import asyncio

import pytest

from shared.session.calls import operations
from shared.session.history.history import History
from shared.storage.memory import MemoryStore
from tests.shared.session.record.recording import call, recorded, steps
from tests.shared.session.sessions import session


def test_a_long_log_is_verified_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.record.segments.KEYFRAME_US", 1000)

    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await steps(at, reference, 400)
        history, calls, begin, parts = History(at), 0, None, 0
        while True:
            _, verified = await history.verify(reference, begin, 0.0)
            assert verified.difference is None
            calls, parts, begin = calls + verified.calls, parts + 1, verified.next
            if begin is None:
                break
        assert calls == (await at.snapshots.header(reference)).revision
        assert parts > 1
        await history.close()

    asyncio.run(test())


def test_resets_of_some_of_a_vector_are_made_again() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at, num_envs=2, autoreset="Disabled")
        await call(at, reference, operations.Step([0, 1]))
        await call(at, reference, operations.reset(None, {"reset_mask": [False, True]}))
        await call(at, reference, operations.Step([0, 1]))
        history = History(at)
        _, verified = await history.verify(reference, None, 60.0)
        assert (verified.difference, verified.calls) == (None, 4)
        await history.close()

    asyncio.run(test())
