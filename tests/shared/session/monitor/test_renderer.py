"""Copies for drawing are few, are given back, and take a share of the time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from shared.errors import EnvironmentRaised, NotRenderable, SnapshotIncompatible
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.live import restore
from shared.session.monitor import renderer
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded
from shared.settings import PUBLIC, Settings
from shared.web.service.service import Service, open_service
from tests.applications import Api, served


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Service]:
    service = open_service(settings)
    yield service
    await service.close()


@pytest.fixture
def instances(settings: Settings) -> list[Reference]:
    """Three instances that have been reset."""
    with served("local", settings) as client:
        api = Api(client)
        paths = [api.create("CartPole-v1", render_mode="rgb_array") for _ in range(3)]
        for path in paths:
            api.post(f"{path}/reset/", {"seed": 1})
    return [Reference(PUBLIC, path.rpartition("/")[2]) for path in paths]


def test_one_copy_can_stand_in_for_all_of_a_kind(
    settings: Settings, instances: list[Reference], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer, "_MOST_COPIES", 1)
    made: list[Loaded] = []

    def counted(loaded: Loaded) -> Any:
        made.append(loaded)
        return restore.rebuilt(loaded)

    monkeypatch.setattr(renderer, "rebuilt", counted)

    async def pictures() -> list[bytes | None]:
        async with opened(settings) as service:
            await service.session.call(InstanceCall(instances[1], operations.Step(1), lambda reply: reply))
            loaded = [await service.session.snapshots.load(each) for each in instances]
            return [await service.views.renderer.draw(each, lambda frame: frame.tobytes()) for each in loaded]

    first, stepped, third = asyncio.run(pictures())
    assert len(made) == 1
    assert first == third != stepped


def test_drawing_rests_so_that_it_takes_its_share_of_the_time(
    settings: Settings, instances: list[Reference]
) -> None:
    def slow(frame: Any) -> bytes:
        ends = time.thread_time() + 0.02
        while time.thread_time() < ends:
            pass
        return b""

    async def seconds(share: float) -> float:
        async with opened(settings) as service:
            loaded = await service.session.snapshots.load(instances[0])
            await service.views.renderer.draw(loaded, slow, share=share)
            began = time.monotonic()
            for _ in range(3):
                await service.views.renderer.draw(loaded, slow, share=share)
            return time.monotonic() - began

    assert asyncio.run(seconds(0.1)) > 3 * 0.02 * 10


def test_a_copy_that_failed_is_made_anew(settings: Settings, instances: list[Reference]) -> None:
    def fails(frame: Any) -> bytes:
        raise ZeroDivisionError("no picture")

    def refuses(frame: Any) -> bytes:
        raise NotRenderable("It is none.")

    async def draw() -> bytes | None:
        async with opened(settings) as service:
            loaded = await service.session.snapshots.load(instances[0])
            with pytest.raises(EnvironmentRaised, match="no picture"):
                await service.views.renderer.draw(loaded, fails)
            with pytest.raises(NotRenderable):
                await service.views.renderer.draw(loaded, refuses)
            return await service.views.renderer.draw(loaded, lambda frame: b"drawn")

    assert asyncio.run(draw()) == b"drawn"


def test_copies_are_closed_when_nobody_watches(
    settings: Settings, instances: list[Reference], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer, "_IDLE_S", 0.01)
    closed: list[object] = []

    async def counted(*copy: Any) -> None:
        closed.append(copy)
        await restore.closed(*copy)

    monkeypatch.setattr(renderer, "closed", counted)

    async def draw() -> None:
        async with opened(settings) as service:
            await service.views.renderer.draw(
                await service.session.snapshots.load(instances[0]), lambda frame: b""
            )
            for _ in range(1000):
                if closed:
                    return
                await asyncio.sleep(0.01)

    asyncio.run(draw())
    assert len(closed) == 1


def test_freed_memory_is_given_back_now_and_then(
    settings: Settings, instances: list[Reference], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[int] = []
    drawn: list[bytes] = []
    monkeypatch.setattr(renderer, "give_back_freed_memory", lambda: given.append(len(drawn)))

    async def draw() -> None:
        async with opened(settings) as service:
            loaded = await service.session.snapshots.load(instances[0])
            for _ in range(3):
                drawn.append(await service.views.renderer.draw(loaded, lambda frame: b"") or b"")
            monkeypatch.setattr(renderer, "_GIVE_BACK_EVERY_S", 0.0)
        async with opened(settings) as service:
            await service.views.renderer.draw(loaded, lambda frame: b"")
            while not given:
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(draw(), 60))
    assert given == [3]


def test_a_copy_takes_no_state_that_other_versions_wrote_meanwhile(
    settings: Settings, instances: list[Reference]
) -> None:
    async def pictures() -> None:
        async with opened(settings) as service:
            loaded = await service.session.snapshots.load(instances[0])
            assert await service.views.renderer.draw(loaded, lambda frame: b"drawn") == b"drawn"
            libraries = {**loaded.header.libraries, "gymnasium": "0.0.1"}
            elsewhere = loaded._replace(header=msgspec.structs.replace(loaded.header, libraries=libraries))
            with pytest.raises(SnapshotIncompatible, match=r"gymnasium 0\.0\.1"):
                await service.views.renderer.draw(elsewhere, lambda frame: b"drawn")

    asyncio.run(pictures())
