"""The lease on the sweep: one process sweeps a store at a time, and a sweep goes on where the last one was ended.

Two sweeps at once would do no harm but double the work. So a lease that is lost to another process only ends a
sweep, and one whose holder was killed is over after `LEASE_S` by the store's clock.
"""

import os
import time
from typing import cast

import msgspec

from shared.errors import StoreFailed
from shared.storage.protocol import ABSENT, Absent, Conflict, Store, Stored, Tag

LEASE_S = 300.0
"""After so many seconds without a renewal another process may sweep."""
RENEW_S = 60.0
"""Seconds between two renewals."""

_FOLDER = "sweep/"
_KEY = f"{_FOLDER}lease"


class Place(msgspec.Struct, frozen=True, array_like=True):
    """How far a sweep has come: the instances before this one, and itself, are done. Append-only, as `Header`."""

    owner: str = ""
    instance_id: str = ""


class _Written(msgspec.Struct, frozen=True, array_like=True):
    """What stands in the store. Append-only, as `Header`."""

    holder: bytes = b""
    """Random; empty where nobody sweeps."""
    place: Place = Place()


class Lease:
    """The right to sweep a store."""

    def __init__(self, objects: Store) -> None:
        self._objects = objects
        self._holder = os.urandom(12)
        self._tag: Tag | None = None
        self._renewed = 0.0
        self.place = Place()
        """How far the sweep has come. It is stored with the next renewal, and at the end."""

    async def take(self, now: float) -> bool:
        """Take the lease, and `place` from the last sweep; False if another process has it.

        `now` is the store's time.

        Raises:
            StoreUnavailable, OutcomeUnknown: the store fails; if the lease was taken all the same, it runs out.
        """
        stored = await self._objects.get(_KEY)
        written, tag = _Written(), cast("Tag | Absent", ABSENT)
        if isinstance(stored, Stored):
            written, tag = _read(stored.body), stored.tag
        if written.holder:
            renewed = [entry.written async for entry in self._objects.list(_FOLDER) if entry.key == _KEY]
            if not renewed or now - renewed[0] < LEASE_S:
                return False
        self.place = written.place
        try:
            await self._write(_Written(self._holder, self.place), tag)
        except Conflict:
            return False
        return True

    async def keep(self) -> bool:
        """Renew the lease if it is time to; False if another process has taken it.

        Raises:
            StoreUnavailable, OutcomeUnknown: the store fails.
        """
        if time.monotonic() - self._renewed < RENEW_S:
            return True
        try:
            await self._write(_Written(self._holder, self.place), self._held)
        except Conflict:
            stored = await self._objects.get(_KEY)
            if not isinstance(stored, Stored) or _read(stored.body).holder != self._holder:
                return False
            self._tag = stored.tag  # the write was done, and sent again
        return True

    async def give_back(self) -> None:
        """Let others sweep, from `place` on. If the store fails, the lease runs out by itself."""
        try:
            await self._write(_Written(b"", self.place), self._held)
        except (Conflict, StoreFailed):
            return

    @property
    def _held(self) -> Tag:
        assert self._tag is not None, "the lease was not taken"
        return self._tag

    async def _write(self, written: _Written, expect: Tag | Absent) -> None:
        self._tag = await self._objects.put(_KEY, msgspec.msgpack.encode(written), expect)
        self._renewed = time.monotonic()


def _read(body: bytes) -> _Written:
    try:
        return msgspec.msgpack.decode(body, type=_Written)
    except msgspec.DecodeError:
        return _Written()  # a later release's: it is as free as one that is gone
