"""A store in memory that counts its calls and fails as a real one does."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from shared.storage.memory import MemoryStore
from shared.storage.protocol import Absent, Entry, Stored, Tag, Unchanged

Fault = Callable[[], None]


class FaultyStore:
    """A memory store that can be slow to reach, whose writes can fail before or after they are done."""

    def __init__(self, *, blocking: bool = True) -> None:
        self.capabilities = replace(MemoryStore.capabilities, blocking=blocking)
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

    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        self.calls["get"] += 1
        if self.before_get:
            self.before_get.pop(0)()
        return self._inner.get(key, unless)

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        self.calls["put"] += 1
        if self.before_put:
            self.before_put.pop(0)()
        tag = self._inner.put(key, body, expect)
        if self.after_put:
            self.after_put.pop(0)()
        return tag

    def delete(self, key: str, expect: Tag | None = None) -> bool:
        self.calls["delete"] += 1
        if self.before_delete:
            self.before_delete.pop(0)()
        existed = self._inner.delete(key, expect)
        if self.after_delete:
            self.after_delete.pop(0)()
        return existed

    def list(self, prefix: str) -> Iterator[Entry]:
        self.calls["list"] += 1
        return self._inner.list(prefix)

    def close(self) -> None:
        self._inner.close()
