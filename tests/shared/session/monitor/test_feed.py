"""A feed tells of every instance that changed, and of the newest state only."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared.errors import StoreFailed, StoreUnavailable
from shared.frames import Thumbnail
from shared.session.calls import operations
from shared.session.calls.call import InstanceCall
from shared.session.monitor import feed
from shared.session.monitor.burst import ENDLESS, Burst
from shared.session.monitor.feed import Feed, FeedItem
from shared.session.monitor.renderer import Encode, Renderer
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from shared.storage.memory import MemoryStore
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session

TEXT = Thumbnail(100, 1_000_000)


class Watched:
    """Instances of one session, and feeds of them."""

    def __init__(self, at: Session, references: list[Reference]) -> None:
        self.at = at
        self.references = references
        self.ids = [reference.instance_id for reference in references]
        self._renderer = Renderer(at.thread_for_copy)

    def feed(self, known: Mapping[str, int] | None = None, encode: Encode | None = TEXT) -> Feed:
        return Feed(self.at, self._renderer, self.references, known or {}, encode)

    async def step(self, number: int) -> None:
        await self.at.call(InstanceCall(self.references[number], operations.Step(0), lambda reply: reply))

    async def close(self) -> None:
        await self._renderer.close()
        await self.at.shut_down()


@asynccontextmanager
async def watched(count: int = 2, store: Any = None, render_mode: str | None = "ansi") -> AsyncIterator[Watched]:
    at = session(store or MemoryStore())
    references = []
    for _ in range(count):
        header = await at.creation.create("public", Recipe("FrozenLake-v1", render_mode=render_mode), ())
        await at.call(InstanceCall(header.reference, operations.reset(1, None), lambda reply: reply))
        references.append(header.reference)
    instances = Watched(at, references)
    yield instances
    await instances.close()


def revisions(items: list[FeedItem]) -> dict[str, int | None]:
    return {item.instance_id: item.header.revision if item.header else None for item in items}


def test_a_glance_tells_of_what_is_not_known_with_its_picture() -> None:
    async def test() -> None:
        async with watched() as instances:
            items = await instances.feed({instances.ids[0]: 1}).glance(ENDLESS)
            assert revisions(items) == {instances.ids[1]: 1}
            assert items[0].picture is not None
            assert b"FHFH" in items[0].picture.content

    run(test)


def test_without_an_encoder_nothing_is_drawn() -> None:
    async def test() -> None:
        async with watched() as instances:
            items = await instances.feed(encode=None).glance(ENDLESS)
            assert [(item.picture, item.trouble) for item in items] == [(None, None)] * 2

    run(test)


def test_an_instance_without_a_render_mode_has_neither_picture_nor_trouble() -> None:
    async def test() -> None:
        async with watched(1, render_mode=None) as instances:
            [item] = await instances.feed().glance(ENDLESS)
            assert (item.picture, item.trouble) == (None, None)

    run(test)


def test_an_instance_that_is_gone_is_told_of_once() -> None:
    async def test() -> None:
        async with watched() as instances:
            await instances.at.closing.close(instances.references[0], None, None)
            one = instances.feed({instances.ids[1]: 1})
            assert await one.glance(ENDLESS) == [FeedItem(instances.ids[0])]
            assert await one.glance(ENDLESS) == []

    run(test)


def test_a_picture_that_is_refused_says_why() -> None:
    async def test() -> None:
        async with watched(1, render_mode="rgb_array") as instances:
            [item] = await instances.feed(encode=Thumbnail(100, 10)).glance(ENDLESS)
            assert item.picture is None
            assert "GYM_HTTP_MAX_FRAME_PIXELS" in (item.trouble or "")

    run(test)


def test_a_burst_that_is_too_small_for_all_leaves_the_rest_to_the_next_glance() -> None:
    async def test() -> None:
        async with watched(3) as instances:
            first = await instances.feed().glance(Burst(seconds=60, size=1))
            assert len(first) == 1
            known = {first[0].instance_id: 1}
            rest = await instances.feed(known).glance(ENDLESS)
            assert revisions(first + rest) == dict.fromkeys(instances.ids, 1)

    run(test)


def test_those_drawn_longest_ago_come_first() -> None:
    async def test() -> None:
        async with watched(3) as instances:
            for number in (2, 0, 1):
                others = {each: 1 for each in instances.ids if each != instances.ids[number]}
                await instances.feed(others).glance(ENDLESS)
                await asyncio.sleep(0.002)
            for number in range(3):
                await instances.step(number)
            items = await instances.feed().glance(ENDLESS)
            assert [item.instance_id for item in items] == [instances.ids[number] for number in (2, 0, 1)]

    run(test)


async def first(items: AsyncIterator[FeedItem | None], count: int) -> list[FeedItem | None]:
    async with asyncio.timeout(60):
        return [await anext(items) for _ in range(count)]


def test_following_tells_of_all_and_then_of_every_change() -> None:
    async def test() -> None:
        async with watched() as instances:
            items = await instances.feed().follow()
            assert {item and item.instance_id for item in await first(items, 2)} == {*instances.ids}
            await instances.step(1)
            [changed] = await first(items, 1)
            assert changed is not None
            assert revisions([changed]) == {instances.ids[1]: 2}

    run(test)


def test_following_sends_a_heartbeat_where_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "_HEARTBEAT_S", 0.05)

    async def test() -> None:
        async with watched(1) as instances:
            items = await instances.feed({instances.ids[0]: 1}).follow()
            assert await first(items, 2) == [None, None]

    run(test)


def test_a_store_that_fails_is_an_error_at_first_and_an_end_later() -> None:
    async def test() -> None:
        store = FaultyStore()
        async with watched(1, store) as instances:
            items = await instances.feed().follow()
            await first(items, 1)

            def fail(*_: object) -> None:
                raise StoreUnavailable("down")

            store.get = fail  # type: ignore[method-assign, assignment]
            assert [item async for item in items] == []
            with pytest.raises(StoreFailed):
                await instances.feed().follow()

    run(test)
