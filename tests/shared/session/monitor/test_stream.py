"""A stream has a frame for every change, repeats the last one, and ends with its burst or its instance."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.errors import InstanceNotFound, NotRenderable
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.monitor import stream
from shared.session.monitor.burst import Burst
from shared.session.monitor.stream import pictures
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from tests.shared.session.sessions import run, session


async def created(at: Session, **changes: Any) -> Reference:
    """A new CartPole that has not been reset."""
    recipe = Recipe("CartPole-v1", **{"render_mode": "rgb_array", **changes})
    return (await at.creation.create("public", recipe, ())).reference


async def reset(at: Session, reference: Reference) -> None:
    await at.call(InstanceCall(reference, operations.reset(1, None), lambda reply: reply))


async def step(at: Session, reference: Reference) -> None:
    await at.call(InstanceCall(reference, operations.Step(0), lambda reply: reply))


async def following(frames: AsyncIterator[bytes]) -> bytes:
    async with asyncio.timeout(60):
        return await anext(frames)


def test_a_frame_comes_for_every_change() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at)
        await reset(at, reference)
        frames = await pictures(at, reference, lambda frame: frame.tobytes())
        seen = [await following(frames)]
        for _ in range(3):
            await step(at, reference)
            seen.append(await following(frames))
        assert len(set(seen)) == 4

    run(test)


def test_an_instance_that_was_not_reset_has_no_frame_until_it_is() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at)
        frames = await pictures(at, reference, lambda _: b"frame", Burst(0.1, 100))
        assert [frame async for frame in frames] == []
        frames = await pictures(at, reference, lambda _: b"frame")
        waiting = asyncio.ensure_future(following(frames))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await reset(at, reference)
        assert await waiting == b"frame"

    run(test)


def test_the_last_frame_is_repeated_where_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that connected through a proxy is to be kept alive."""
    monkeypatch.setattr(stream, "_REPEAT_S", 0.05)

    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at)
        await reset(at, reference)
        frames = await pictures(at, reference, lambda frame: frame.tobytes())
        assert await following(frames) == await following(frames)

    run(test)


def test_a_stream_ends_when_its_instance_is_closed() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at)
        await reset(at, reference)
        frames = await pictures(at, reference, lambda _: b"frame")
        await following(frames)
        await at.closing.close(reference, None, None)
        async with asyncio.timeout(60):
            assert [frame async for frame in frames] == []

    run(test)


@pytest.mark.parametrize("changes", [{"render_mode": None}, {"render_mode": "rgb_array", "num_envs": 2}])
def test_only_a_single_environment_with_rgb_array_can_be_streamed(changes: dict[str, Any]) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at, **changes)
        with pytest.raises(NotRenderable):
            await pictures(at, reference, lambda _: b"")

    run(test)


def test_an_unknown_instance_is_an_error_before_the_first_frame() -> None:
    async def test() -> None:
        with pytest.raises(InstanceNotFound):
            await pictures(session(MemoryStore()), Reference("public", "unknown"), lambda _: b"")

    run(test)


@pytest.mark.parametrize(("size", "frames"), [(1, 1), (11, 2)])
def test_a_burst_ends_before_its_size_is_exceeded_but_has_a_first_frame(size: int, frames: int) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await created(at)
        await reset(at, reference)
        seen = 0
        async for _ in await pictures(at, reference, lambda _: b"four", Burst(seconds=60, size=size)):
            seen += 1
            await step(at, reference)
        assert seen == frames

    run(test)
