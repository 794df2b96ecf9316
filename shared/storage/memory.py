"""A store in a dictionary, for tests and for a single process whose instances may end with it."""

import itertools
import sys
import threading
import time
from collections.abc import Iterator
from typing import NamedTuple

from shared.storage.address import StoreAddress
from shared.storage.capabilities import Capabilities
from shared.storage.protocol import (
    ABSENT,
    UNCHANGED,
    Absent,
    Conflict,
    Durability,
    Entry,
    Stored,
    Tag,
    Unchanged,
)


class _Version(NamedTuple):
    stored: Stored
    written: float


class MemoryStore:
    """Objects of one process, shared by its threads and lost when it ends."""

    capabilities = Capabilities(blocking=False, shared=False, max_object_bytes=sys.maxsize)

    def __init__(self) -> None:
        self._versions: dict[str, _Version] = {}
        self._writes = itertools.count(1)
        self._lock = threading.Lock()

    @classmethod
    def from_address(cls, address: StoreAddress, durability: Durability) -> "MemoryStore":
        """A new, empty store for `memory:`; no durability applies.

        Raises:
            Misconfigured: something follows the colon.
        """
        if address.location:
            raise address.malformed("memory:")
        return cls()

    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`; never fails."""
        version = self._versions.get(key)
        if version is None:
            return None
        return UNCHANGED if version.stored.tag == unless else version.stored

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`; the outcome is always known."""
        with self._lock:
            if expect is not None:
                self._check(key, expect)
            tag = Tag(str(next(self._writes)))
            self._versions[key] = _Version(Stored(body, tag), time.time())
            return tag

    def delete(self, key: str, expect: Tag | None = None) -> bool:
        """See `Store.delete`; the outcome is always known."""
        with self._lock:
            if expect is not None:
                self._check(key, expect)
            return self._versions.pop(key, None) is not None

    def list(self, prefix: str) -> Iterator[Entry]:
        """See `Store.list`; the keys are those present at the first step."""
        with self._lock:
            # Strings sort by code point, which is the order of their UTF-8 bytes.
            found = sorted(item for item in self._versions.items() if item[0].startswith(prefix))
        for key, version in found:
            yield Entry(key, version.written, len(version.stored.body))

    def close(self) -> None:
        """See `Store.close`; there is nothing to release."""

    def _check(self, key: str, expect: Tag | Absent) -> None:
        version = self._versions.get(key)
        if (ABSENT if version is None else version.stored.tag) != expect:
            raise Conflict(key, sent_once=True)
