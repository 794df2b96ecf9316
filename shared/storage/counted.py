"""Any store with its calls counted, by what was asked and what came of it."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator

from shared.errors import OutcomeUnknown
from shared.storage.protocol import Absent, Conflict, Entry, Store, Stored, Tag, Unchanged


class CountedStore:
    """Passes every call on to `store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.brief = store.brief
        self.calls: Counter[tuple[str, str]] = Counter()
        """By operation and outcome: `ok`, `conflict`, `unknown` or `failed`. A listing counts when it begins."""
        self.seconds: dict[str, float] = defaultdict(float)
        """Time taken by operation; a listing's is not measured, since its reader decides on it."""

    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`."""
        with _Measured(self, "get"):
            return self._store.get(key, unless)

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`."""
        with _Measured(self, "put"):
            return self._store.put(key, body, expect)

    def delete(self, key: str, expect: Tag | None = None) -> bool:
        """See `Store.delete`."""
        with _Measured(self, "delete"):
            return self._store.delete(key, expect)

    def list(self, prefix: str) -> Iterator[Entry]:
        """See `Store.list`."""
        self.calls["list", "ok"] += 1
        return self._store.list(prefix)

    def reclaim(self) -> int:
        """See `Store.reclaim`."""
        return self._store.reclaim()

    def close(self) -> None:
        """See `Store.close`."""
        self._store.close()


class _Measured:
    """One call while it lasts. A class, for a generator's context manager takes three times as long."""

    __slots__ = ("_began", "_operation", "_store")

    def __init__(self, store: CountedStore, operation: str) -> None:
        self._store = store
        self._operation = operation

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._store.seconds[self._operation] += time.perf_counter() - self._began
        outcome = "ok" if kind is None else _outcome(kind)
        self._store.calls[self._operation, outcome] += 1


def _outcome(kind: type[BaseException]) -> str:
    if issubclass(kind, Conflict):
        return "conflict"
    return "unknown" if issubclass(kind, OutcomeUnknown) else "failed"
