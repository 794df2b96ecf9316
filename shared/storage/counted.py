"""A store that counts another store's calls, by operation and outcome."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

from shared.errors import OutcomeUnknown
from shared.storage.protocol import Absent, Conflict, Entry, Store, Stored, Tag, Unchanged

P = ParamSpec("P")
R = TypeVar("R")


class CountedStore:
    """Passes every call to `store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.capabilities = store.capabilities
        self.calls: Counter[tuple[str, str]] = Counter()
        """By operation and outcome: `ok`, `conflict`, `unknown` or `failed`. A listing counts when it starts."""
        self.seconds: dict[str, float] = defaultdict(float)
        """Seconds by operation. Listings are not measured: their reader sets the pace."""

    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`."""
        return self._measured("get", self._store.get, key, unless)

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`."""
        return self._measured("put", self._store.put, key, body, expect)

    def delete(self, key: str, expect: Tag | None = None) -> bool:
        """See `Store.delete`."""
        return self._measured("delete", self._store.delete, key, expect)

    def list(self, prefix: str) -> Iterator[Entry]:
        """See `Store.list`."""
        self.calls["list", "ok"] += 1
        return self._store.list(prefix)

    def close(self) -> None:
        """See `Store.close`."""
        self._store.close()

    def _measured(self, operation: str, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        began, outcome = time.perf_counter(), "ok"
        try:
            return function(*args, **kwargs)
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
