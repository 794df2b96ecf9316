"""A call that waits, or never ends, takes neither another's time nor another's thread."""

import asyncio
import time
from collections.abc import Generator

import pytest

from shared.errors import CallTooLong
from shared.session.live.kind import Kind
from shared.session.live.placement import CallLimit, Placement
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.isolation.timeout import interruptible
from tests.shared.session.sessions import run


def test_a_call_that_waits_for_its_thread_does_not_use_up_its_time() -> None:
    async def test() -> None:
        worker = Placement(CallLimit(0.5)).worker()
        assert await asyncio.gather(*(worker.run(_naps, 0.3) for _ in range(4))) == [0.3] * 4

    run(test)


def _naps(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.session.live.worker.GRACE_S", 0.1)


@pytest.mark.usefixtures("impatient")
def test_a_stuck_call_is_answered_and_its_thread_left_alone_until_it_comes_back() -> None:
    async def test() -> None:
        threads = Placement(CallLimit(0.1))
        stuck = threads.worker()
        with pytest.raises(CallTooLong, match="cannot be interrupted"):
            await stuck.run(_naps, 1.5)
        assert stuck.lost
        assert not any(threads.worker() is stuck for _ in range(8))
        assert await threads.worker().run(_naps, 0.0) == 0.0
        async with asyncio.timeout(60):
            while stuck.lost:
                await asyncio.sleep(0.05)
        assert await stuck.run(_naps, 0.0) == 0.0

    run(test)


def test_the_turns_of_one_call_share_its_time() -> None:
    def turns() -> Generator[None, None, None]:
        while True:
            interruptible(_naps, 0.05)
            yield

    async def test() -> None:
        threads = Placement(CallLimit(0.3))
        for home in (Home.LOOP, Home.WORKER):
            began = time.monotonic()
            with pytest.raises(CallTooLong):
                await threads.home(Kind("A-v0", None), home).run_in_turns(turns())
            assert time.monotonic() - began >= 0.3

    run(test)
