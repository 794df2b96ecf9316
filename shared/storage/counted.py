"""A store that counts another store's calls, by operation and outcome."""

import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import ParamSpec, TypeVar

from shared.errors import OutcomeUnknown
from shared.storage.protocol import Absent, Conflict, Entry, Store, Stored, Tag, Unchanged

P = ParamSpec("P")
R = TypeVar("R")

_PUT = "put", "ok"


class CountedStore:
    """Passes every call to `store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.capabilities = store.capabilities
        self.calls: Counter[tuple[str, str]] = Counter()
        """By operation and outcome: `ok`, `conflict`, `unknown` or `failed`. A listing counts when it starts."""
        self.seconds: dict[str, float] = defaultdict(float)
        """Seconds by operation. Listings are not measured: their reader sets the pace."""

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`."""
        return await self._measured("get", self._store.get, key, unless)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`."""
        # As `_measured` does it. A put is what every step waits for, and a coroutine takes half a microsecond.
        began, outcome = time.perf_counter(), _PUT
        try:
            return await self._store.put(key, body, expect)
        except BaseException as error:
            outcome = "put", _outcome(type(error))
            raise
        finally:
            self.seconds["put"] += time.perf_counter() - began
            self.calls[outcome] += 1

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        """See `Store.delete`."""
        await self._measured("delete", self._store.delete, key, expect)

    def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        """See `Store.list`."""
        self.calls["list", "ok"] += 1
        return self._store.list(prefix, after)

    async def close(self) -> None:
        """See `Store.close`."""
        await self._store.close()

    async def _measured(
        self, operation: str, function: Callable[P, Awaitable[R]], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        began, outcome = time.perf_counter(), "ok"
        try:
            return await function(*args, **kwargs)
        except BaseException as error:
            outcome = _outcome(type(error))
            raise
        finally:
            self.seconds[operation] += time.perf_counter() - began
            self.calls[operation, outcome] += 1


def _outcome(kind: type[BaseException]) -> str:
    if issubclass(kind, Conflict):
        return "conflict"
    return "unknown" if issubclass(kind, OutcomeUnknown) else "failed"
