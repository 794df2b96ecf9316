"""A pool starts processes on demand, reuses or rotates them, and drops one that failed."""

import asyncio
from typing import Any, cast

import pytest

from infra.emulator.sandbox import Sandbox, SandboxFailed
from infra.emulator.sandbox_pool import SandboxPool


class Standing:
    """A sandbox without a process: it answers by its number."""

    def __init__(self, number: int) -> None:
        self.pid = number
        self.stopped = False

    def invoke(self, event: Any) -> Any:
        if event == "end":
            raise SandboxFailed("it ended")
        return event

    def stop(self) -> None:
        self.stopped = True


class Started:
    """Starts sandboxes, and remembers them."""

    def __init__(self) -> None:
        self.all: list[Standing] = []

    def __call__(self) -> Sandbox:
        self.all.append(Standing(len(self.all)))
        return cast("Sandbox", self.all[-1])


def test_nothing_is_started_before_the_first_event_and_the_last_one_is_used_again() -> None:
    started = Started()
    pool = SandboxPool(started, 2)

    async def run() -> list[tuple[Any, int]]:
        assert started.all == []
        return [await pool.invoke(number) for number in range(3)]

    assert asyncio.run(run()) == [(0, 0), (1, 0), (2, 0)]


def test_with_rotate_consecutive_events_go_to_different_processes() -> None:
    pool = SandboxPool(Started(), 2, rotate=True)

    async def run() -> list[int]:
        return [(await pool.invoke("event"))[1] for _ in range(4)]

    assert asyncio.run(run()) == [0, 1, 0, 1]


def test_events_at_once_take_as_many_processes_as_there_may_be_and_the_rest_wait() -> None:
    started = Started()
    pool = SandboxPool(started, 2)

    async def run() -> list[int]:
        answers = await asyncio.gather(*(pool.invoke(number) for number in range(5)))
        return [answer for answer, _ in answers]

    assert asyncio.run(run()) == [0, 1, 2, 3, 4]
    assert len(started.all) <= 2


def test_a_process_that_failed_is_stopped_and_replaced() -> None:
    started = Started()
    pool = SandboxPool(started, 1)

    async def run() -> tuple[Any, int]:
        with pytest.raises(SandboxFailed):
            await pool.invoke("end")
        return await pool.invoke("event")

    assert asyncio.run(run()) == ("event", 1)
    assert [each.stopped for each in started.all] == [True, False]


def test_stopping_the_pool_stops_every_process() -> None:
    started = Started()
    pool = SandboxPool(started, 2, rotate=True)

    async def run() -> None:
        await pool.invoke("event")
        await pool.invoke("event")
        await pool.stop()

    asyncio.run(run())
    assert [each.stopped for each in started.all] == [True, True]
