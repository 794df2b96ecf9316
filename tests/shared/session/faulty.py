"""A store in memory that counts its calls and fails as a real one does."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

from msgspec.structs import replace

from shared.storage.memory import MemoryStore
from shared.storage.protocol import Absent, Entry, Stored, Tag, Unchanged

Fault = Callable[[], Awaitable[object] | None]


class FaultyStore:
    """A memory store that can be slow to reach, whose writes can fail before or after they are done."""

    def __init__(self, *, remote: bool = True, deletes_conditionally: bool = True) -> None:
        self.capabilities = replace(
            MemoryStore.capabilities, remote=remote, deletes_conditionally=deletes_conditionally
        )
        self.calls: Counter[str] = Counter()
        self.before_put: list[Fault] = []
        """Each is called before one write, which is not done if it raises."""
        self.after_put: list[Fault] = []
        """Each is called after one write, which is done even if it raises."""
        self.before_delete: list[Fault] = []
        """Each is called before one delete, which is not done if it raises."""
        self.after_delete: list[Fault] = []
        """Each is called after one delete, which is done even if it raises."""
        self.before_get: list[Fault] = []
        """Each is called before one read, which is not done if it raises."""
        self._inner = MemoryStore()

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        self.calls["get"] += 1
        await self._sent()
        await _next(self.before_get)
        return await self._inner.get(key, unless)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        self.calls["put"] += 1
        await self._sent()
        await _next(self.before_put)
        tag = await self._inner.put(key, body, expect)
        await _next(self.after_put)
        return tag

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        self.calls["delete"] += 1
        assert expect is None or self.capabilities.deletes_conditionally
        await self._sent()
        await _next(self.before_delete)
        await self._inner.delete(key, expect)
        await _next(self.after_delete)

    def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        self.calls["list"] += 1
        return self._inner.list(prefix, after)

    async def _sent(self) -> None:
        """A call to a remote store takes a while, in which others get a turn."""
        if self.capabilities.remote:
            await asyncio.sleep(0)

    async def close(self) -> None:
        await self._inner.close()


async def _next(faults: list[Fault]) -> None:
    if faults:
        under_way = faults.pop(0)()
        if under_way is not None:
            await under_way
