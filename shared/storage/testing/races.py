"""Rules for calls at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from shared.storage.protocol import ABSENT, Conflict, Store, Stored, Tag
from shared.storage.testing.objects import KEY

TURNS = 5
WRITERS = 4  # SeaweedFS takes 200 ms over a conflict

A = TypeVar("A")
R = TypeVar("R")


class RaceRules:
    """Compare-and-swap from several threads at once, for the fixture `store`.

    Each call is made on an event loop of its own: on one loop, the calls of a near store never meet.
    """

    def test_of_many_writers_with_one_tag_exactly_one_wins(self, store: Store) -> None:
        """A conditional `put` compares and writes in one step."""
        for turn in range(TURNS):
            expect = asyncio.run(_put(store, b"turn %d" % turn))

            async def write(writer: int, turn: int = turn, expect: Tag = expect) -> Tag | None:
                try:
                    return await store.put(KEY, b"turn %d, writer %d" % (turn, writer), expect)
                except Conflict:
                    return None

            tags = at_once(write, range(WRITERS))
            winners = [(writer, tag) for writer, tag in enumerate(tags) if tag]
            assert len(winners) == 1
            winner, tag = winners[0]
            assert asyncio.run(_get(store)) == Stored(b"turn %d, writer %d" % (turn, winner), tag)

    def test_of_many_creators_exactly_one_wins(self, store: Store) -> None:
        """A `put` that expects `ABSENT` compares and writes in one step."""

        async def create(writer: int) -> Tag | None:
            try:
                return await store.put(KEY, b"writer %d" % writer, ABSENT)
            except Conflict:
                return None

        for _ in range(TURNS):
            tags = [tag for tag in at_once(create, range(WRITERS)) if tag]
            assert len(tags) == 1
            asyncio.run(_delete(store))

    def test_no_increment_of_many_writers_is_lost(self, store: Store) -> None:
        """Read, add one, write if unchanged, again after a conflict: 40 times make 40."""

        async def increment(_: int) -> None:
            while True:
                stored = await store.get(KEY)
                assert isinstance(stored, Stored)
                try:
                    await store.put(KEY, b"%d" % (int(stored.body) + 1), stored.tag)
                except Conflict:
                    continue
                return

        asyncio.run(_put(store, b"0"))
        at_once(increment, range(40))
        stored = asyncio.run(_get(store))
        assert isinstance(stored, Stored)
        assert stored.body == b"40"


async def _put(store: Store, body: bytes) -> Tag:
    return await store.put(KEY, body)


async def _delete(store: Store) -> None:
    await store.delete(KEY)


async def _get(store: Store) -> object:
    return await store.get(KEY)


def at_once(call: Callable[[A], Awaitable[R]], arguments: "range | list[A]") -> list[R]:
    """The results of the calls, made in as many threads as there are writers."""

    async def made(argument: A) -> R:
        return await call(argument)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(lambda argument: asyncio.run(made(argument)), arguments))
