"""The signed snapshots of a store: read, written and deleted, each under the condition that it is still the same.

Knows nothing of live environments.
"""

import math
import os
import time
from collections.abc import Sequence
from typing import NamedTuple, cast

import msgspec

from shared.errors import (
    CheckpointNotFound,
    Contended,
    InstanceNotFound,
    OutcomeUnknown,
    ReplyGone,
    SnapshotTooLarge,
    StoreFailed,
)
from shared.session.stored.clock import StoreClock
from shared.session.stored.ending import end, has_ended
from shared.session.stored.envelope import NONCE_BYTES, Template, seal, unseal
from shared.session.stored.expiry import Expiry
from shared.session.stored.header import Header
from shared.session.stored.in_parts import in_parts
from shared.session.stored.index import Index
from shared.session.stored.reference import Reference
from shared.session.stored.retry import Failure, Retry
from shared.session.stored.tombstones import Tombstones
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Conflict, Store, Stored, Tag


class Loaded(NamedTuple):
    """A snapshot, and the tag of the stored object that it was read from or written as."""

    header: Header
    body: bytes
    tag: Tag


class Snapshots:
    """The snapshots of one store, with the index and the tombstones beside them."""

    def __init__(
        self, objects: Store, keys: Sequence[bytes], idle_ttl_s: float, max_body_bytes: float = math.inf
    ) -> None:
        """`keys` sign and verify, newest first; an instance expires after `idle_ttl_s` seconds without a write."""
        self.objects = objects
        self.clock = StoreClock(objects)
        self.expiry = Expiry(idle_ttl_s, self.clock.now)
        self.index = Index(objects)
        self.tombstones = Tombstones(objects)
        self._keys = keys
        self.max_body_bytes = max_body_bytes
        """The largest body that is saved."""

    async def header(self, reference: Reference) -> Header:
        """The header of an instance or a checkpoint.

        Raises:
            InstanceNotFound, CheckpointNotFound: as `load`.
        """
        return (await self.load(reference)).header

    async def load(self, reference: Reference) -> Loaded:
        """The snapshot of an instance or a checkpoint.

        Raises:
            InstanceNotFound: there is no such instance, or it has expired.
            CheckpointNotFound: the instance has no such checkpoint.
        """
        stored = await self.objects.get(reference.key)
        if not isinstance(stored, Stored) or has_ended(stored):
            raise CheckpointNotFound if reference.checkpoint_id else InstanceNotFound
        return self._alive(self.opened(reference, stored))

    async def newer(self, reference: Reference, tag: Tag) -> Loaded | None:
        """The instance's snapshot if its tag is no longer `tag`, else None.

        Raises:
            InstanceNotFound: the instance was deleted, or it has expired.
        """
        stored = await self.objects.get(reference.key, tag)
        if stored is UNCHANGED:
            return None
        if stored is None or has_ended(stored):
            raise InstanceNotFound
        return self._alive(self.opened(reference, stored))

    def opened(self, reference: Reference, stored: Stored) -> Loaded:
        """The snapshot in a stored object, expired or not.

        Raises:
            SnapshotUnusable: as `unseal`.
        """
        return Loaded(*unseal(stored.body, reference, self._keys), stored.tag)

    def sealed(self, header: Header, body: bytes) -> bytes:
        """The object that `opened` reads, for a key that is no snapshot's."""
        return seal(header, body, self._keys)

    def template(self, header: Header) -> Template:
        """Seals snapshots of the instance as `save` does, as long as only what every call changes is another."""
        return Template(header, self._keys[0])

    async def save(
        self,
        header: Header,
        body: bytes,
        expect: Tag | Absent,
        *,
        used: float | None = None,
        key: str | None = None,
    ) -> Loaded | Failure:
        """Write the snapshot in place of the expected one. After a failure it may have been written all the same.

        `used` is the time of the write, where a reply has already stated it; None is now. It never goes back, so a
        host whose clock is behind shortens no instance's life. `key` is the key of the snapshot, where the caller
        knows it already.
        """
        now = time.time() + self.clock.ahead_s
        header = msgspec.structs.replace(header, nonce=os.urandom(NONCE_BYTES), used=used or max(now, header.used))
        key = header.reference.key if key is None else key
        try:
            tag = await self.objects.put(key, seal(header, body, self._keys), expect)
        except (Conflict, OutcomeUnknown) as failure:
            return failure
        return Loaded(header, body, tag)

    async def add(self, header: Header, body: bytes) -> Loaded:
        """Write the first snapshot of a new instance or checkpoint, or return the one that is already there.

        Its id is a fresh uuid4 or derived from an idempotency key, so what is already there was written by this
        call, or by one with the same key. An expired instance is overwritten.

        Raises:
            Contended: it could not be written.
            OutcomeUnknown: it may be written; the store failed, and then could not be asked.
            ReplyGone: the call came before, and what it made was closed since.
            StoreUnavailable: it was not written.
        """
        retry, expect = Retry(), cast("Tag | Absent", ABSENT)
        while True:
            saved = await self.save(header, body, expect)
            if isinstance(saved, Loaded):
                return saved
            retry.note(saved)
            try:
                stored = await self.objects.get(header.reference.key)
            except StoreFailed as error:
                raise OutcomeUnknown(
                    "The store failed while a snapshot was written, and it is unknown whether it was."
                ) from error
            expect = ABSENT
            if isinstance(stored, Stored):
                if has_ended(stored):
                    raise _gone(header)
                existing = self.opened(header.reference, stored)
                if header.checkpoint_id or not self.expiry.is_over(existing.header):
                    return existing
                expect = stored.tag
            await retry.again()

    async def delete(self, loaded: Loaded) -> Failure | None:
        """Delete the instance if this is still its snapshot. After a failure it may be deleted all the same."""
        try:
            await end(self.objects, loaded.header.reference.key, loaded.tag)
        except (Conflict, OutcomeUnknown) as failure:
            return failure
        await self.delete_dependents(loaded.header)
        return None

    async def delete_dependents(self, header: Header) -> None:
        """Delete the index entry and the checkpoints of an instance that was deleted."""
        await self.index.remove(header)
        ids = await self.checkpoint_ids(header.reference)
        keys = [header.reference._replace(checkpoint_id=each).key for each in ids]
        await in_parts(self.objects, self.objects.delete, keys)

    async def checkpoint_ids(self, reference: Reference) -> list[str]:
        """The ids of the instance's checkpoints."""
        prefix = f"checkpoints/{reference.owner}/{reference.instance_id}/"
        return [entry.key.rpartition("/")[2] async for entry in self.objects.list(prefix)]

    def check_size(self, body: bytes) -> None:
        """Check the size of a body before it is saved.

        Raises:
            SnapshotTooLarge: it is over the limit.
        """
        if len(body) > self.max_body_bytes:
            raise SnapshotTooLarge(
                f"The environment's snapshot would take {len(body)} bytes, and {self.max_body_bytes} is the most "
                "(GYM_HTTP_MAX_SNAPSHOT_BYTES); reset the environment, or create it with less state.",
                size=len(body),
                limit=self.max_body_bytes,
            )

    def _alive(self, loaded: Loaded) -> Loaded:
        # A checkpoint expires with its instance, whatever its own age.
        if not loaded.header.checkpoint_id and self.expiry.is_over(loaded.header):
            raise InstanceNotFound
        return loaded


def _gone(header: Header) -> ReplyGone | Contended:
    """Why nothing is created under a key where an instance has ended."""
    if header.made_by:
        return ReplyGone("The call with this key made an instance that was closed since; use a new key.")
    return Contended("Another instance had the same id; try again.", retry_after=1)
