"""Tasks share an environment, and event loops and forked processes leave nothing to one another."""

import asyncio
import gc
import multiprocessing
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import gymnasium_http
import pytest
from gymnasium_http import AsyncConnection, AsyncEnv

FORK = multiprocessing.get_context("fork")


def test_tasks_that_share_an_environment_wait_for_one_another(url: str) -> None:
    async def play() -> int:
        async with await gymnasium_http.make_async("Sum-v0", url=url) as env:
            await env.reset()
            await asyncio.gather(*(env.step(1) for _ in range(24)))
            observation, *_ = await env.step(0)
            return int(observation)

    assert asyncio.run(play()) == 24


@pytest.mark.parametrize("sessions", [True, False])
def test_a_loop_that_ends_closes_what_was_left_open_without_a_warning(
    url: str, sessions: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    kept: list[AsyncEnv] = []

    async def play() -> None:
        connection = AsyncConnection(url, sessions=sessions)
        kept.append(await gymnasium_http.make_async("Sum-v0", connection=connection))
        await kept[0].reset()
        dropped = await gymnasium_http.make_async("Sum-v0", url=url)
        await dropped.reset()

    asyncio.run(play(), debug=True)
    gc.collect()
    assert told == []
    # And the next loop goes on.
    assert asyncio.run(step_and_close(kept.pop())) == 2
    gc.collect()
    assert told == []


async def step_and_close(env: AsyncEnv) -> int:
    observation, *_ = await env.step(2)
    await env.close()
    return int(observation)


def child(steps: Callable[[], Coroutine[Any, Any, list[int]]], told: Any) -> None:
    told.send(asyncio.run(steps()))


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_process_has_sockets_of_its_own(url: str) -> None:
    async def play() -> None:
        env = await gymnasium_http.make_async("Sum-v0", url=url)
        await env.reset()
        assert env.transport == "session"

        async def steps() -> list[int]:
            assert env.transport == "http"
            return [int((await env.step(3))[0]) for _ in range(5)]

        ours, theirs = FORK.Pipe()
        process = FORK.Process(target=child, args=(steps, theirs))
        process.start()
        assert await asyncio.to_thread(ours.recv) == [3, 6, 9, 12, 15]
        await asyncio.to_thread(process.join, 60)
        assert process.exitcode == 0
        # The parent's own session was left alone, and sees what the child did.
        assert env.transport == "session"
        assert (await env.step(1))[0] == 16
        assert env.transport == "session"
        await env.close()

    asyncio.run(play())
