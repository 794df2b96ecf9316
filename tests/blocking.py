"""A store as plain functions, for tests that run no event loop of their own."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

from shared.storage.protocol import Absent, Entry, Store, Stored, Tag, Unchanged

S = TypeVar("S", bound=Store)
R = TypeVar("R")


class Blocking(Generic[S]):
    """The calls of `store`, each made on an event loop of its own, from any thread in which none runs."""

    def __init__(self, store: S) -> None:
        self.store = store

    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        return result(self.store.get(key, unless))

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        return result(self.store.put(key, body, expect))

    def delete(self, key: str, expect: Tag | None = None) -> None:
        result(self.store.delete(key, expect))

    def list(self, prefix: str, after: str = "") -> "list[Entry]":
        async def entries() -> list[Entry]:
            return [entry async for entry in self.store.list(prefix, after)]

        return result(entries())

    def close(self) -> None:
        result(self.store.close())


def result(call: Coroutine[Any, Any, R]) -> R:
    """What the call comes to. The thread's current event loop, if there is one, stays what it is."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(call)
    finally:
        loop.close()


async def turns_in_a_listing(store: Store) -> bool:
    """Whether another task gets its turn while 1,200 entries are listed."""
    for number in range(1200):
        await store.put(f"state/me/{number}", b"")
    seen: list[int] = []
    listed = 0

    async def other() -> None:
        while True:
            seen.append(listed)
            await asyncio.sleep(0)

    task = asyncio.ensure_future(other())
    async for _ in store.list("state/me/"):
        listed += 1
    task.cancel()
    return any(0 < count < listed for count in seen)
