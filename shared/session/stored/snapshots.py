"""Signed snapshots in a store: loading and saving one, and how long an instance lives.

Knows nothing of live environments.
"""

import os
import time
from collections.abc import Sequence
from typing import NamedTuple, cast

import msgspec

from shared.errors import (
    CheckpointNotFound,
    InstanceNotFound,
    OutcomeUnknown,
    SnapshotTooLarge,
    SnapshotUnusable,
    StoreFailed,
)
from shared.session.stored.async_store import AsyncStore
from shared.session.stored.envelope import seal, unseal
from shared.session.stored.header import RECENT_CALLS, Header, revision_made
from shared.session.stored.index import Index
from shared.session.stored.reference import Reference
from shared.session.stored.retry import Failure, Retry
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Conflict, Stored, Tag


class Loaded(NamedTuple):
    """A snapshot as it stands in the store."""

    header: Header
    body: bytes
    tag: Tag


def check_size(body: bytes, most: float) -> None:
    """Raise SnapshotTooLarge for a body of more than so many bytes."""
    if len(body) > most:
        raise SnapshotTooLarge(
            f"The environment's snapshot would take {len(body)} bytes, and {most} is the most "
            "(GYM_HTTP_MAX_SNAPSHOT_BYTES); reset it, or create it with less to keep.",
            size=len(body),
            limit=most,
        )


class Snapshots:
    """The snapshots of one store."""

    def __init__(self, objects: AsyncStore, keys: Sequence[bytes], idle_ttl_s: float) -> None:
        self.objects = objects
        self.index = Index(objects, idle_ttl_s)
        self._keys = keys
        self.idle_ttl_s = idle_ttl_s
        """An instance that nothing was written to for so many seconds is gone."""

    async def header(self, reference: Reference) -> Header:
        """What is known of the instance, without its environment.

        Raises:
            InstanceNotFound: there is none.
        """
        return (await self.load(reference)).header

    async def load(self, reference: Reference) -> Loaded:
        """The snapshot of an instance or of a checkpoint.

        Raises:
            InstanceNotFound: there is none, or it has not been used for too long.
            CheckpointNotFound: the instance has no such checkpoint.
        """
        stored = await self.objects.get(reference.key)
        if stored is None or stored is UNCHANGED:
            raise CheckpointNotFound if reference.checkpoint_id else InstanceNotFound
        header, body = unseal(stored.body, reference, self._keys)
        if not reference.checkpoint_id:  # a checkpoint lives as long as its instance
            self.check_alive(header)
        return Loaded(header, body, stored.tag)

    async def newer(self, reference: Reference, tag: Tag) -> Loaded | None:
        """The instance's snapshot if it is not the one of the tag any more, else None.

        Raises:
            InstanceNotFound: there is none any more.
        """
        stored = await self.objects.get(reference.key, tag)
        if stored is UNCHANGED:
            return None
        if stored is None:
            raise InstanceNotFound
        header, body = unseal(stored.body, reference, self._keys)
        self.check_alive(header)
        return Loaded(header, body, stored.tag)

    async def save(
        self, header: Header, body: bytes, expect: Tag | Absent, used: float | None = None
    ) -> Loaded | Failure:
        """Write the snapshot in place of the expected one; a failure leaves open whether it was written.

        `used` is the time of the write where the header that is written has told of it already.
        """
        header = msgspec.structs.replace(header, nonce=os.urandom(8), used=used or time.time())
        try:
            tag = await self.objects.put(header.reference.key, seal(header, body, self._keys), expect)
        except (Conflict, OutcomeUnknown) as failure:
            return failure
        return Loaded(header, body, tag)

    async def add(self, header: Header, body: bytes) -> Loaded:
        """Write a new instance's or checkpoint's first snapshot, or find the one that stands there.

        The id is a fresh uuid4 or made from a key, so that only the same call, or one with the same key, can have
        written that.

        Raises:
            Contended, OutcomeUnknown: it could not be written.
        """
        retry, expect = Retry(), cast("Tag | Absent", ABSENT)
        while True:
            saved = await self.save(header, body, expect)
            if isinstance(saved, Loaded):
                return saved
            retry.note(saved)
            stored = await self.objects.get(header.reference.key)
            expect = ABSENT
            if isinstance(stored, Stored):
                standing = Loaded(*unseal(stored.body, header.reference, self._keys), stored.tag)
                if header.checkpoint_id or not self.is_expired(standing.header):
                    return standing
                expect = stored.tag
            await retry.again()

    async def read_back(self, before: Header, call_id: bytes) -> tuple[Loaded, int | None]:
        """What stands after the call's write in place of `before` failed, and the revision the call made, if any.

        Raises:
            InstanceNotFound: nothing stands there.
            OutcomeUnknown: the store does not answer, or so many calls came since that this one may be forgotten.
        """
        advice = "whether the call was applied is open; read the instance."
        try:
            loaded = await self.load(before.reference)
        except StoreFailed as error:
            raise OutcomeUnknown(f"The store failed while the call was saved, and {advice}") from error
        made = revision_made(loaded.header, call_id)
        if made is None and loaded.header.revision - before.revision > RECENT_CALLS:
            raise OutcomeUnknown(f"Over {RECENT_CALLS} other calls came while this one was saved, and {advice}")
        return loaded, made

    async def delete(self, loaded: Loaded) -> Failure | None:
        """Remove the instance if its snapshot is still this one; a failure leaves open whether it was done."""
        try:
            await self.objects.delete(loaded.header.reference.key, loaded.tag)
        except (Conflict, OutcomeUnknown) as failure:
            return failure
        await self.strike(loaded.header)
        return None

    async def checkpoint_ids(self, reference: Reference) -> list[str]:
        """The ids of the instance's checkpoints."""
        prefix = f"checkpoints/{reference.owner}/{reference.instance_id}/"
        return [entry.key.rpartition("/")[2] for entry in await self.objects.list(prefix)]

    async def strike(self, header: Header) -> None:
        """Take an instance that is deleted off the index, and its checkpoints with it."""
        await self.index.remove(header)
        for checkpoint_id in await self.checkpoint_ids(header.reference):
            await self.objects.delete(header.reference._replace(checkpoint_id=checkpoint_id).key)

    def check_alive(self, header: Header) -> None:
        """Raise InstanceNotFound for an instance that has not been used for too long."""
        if self.is_expired(header):
            raise InstanceNotFound

    def is_expired(self, header: Header) -> bool:
        """Whether nothing was written to the instance for too long, as far as this header knows."""
        return header.used + self.idle_ttl_s < time.time()

    async def delete_expired(self, key: str) -> bool:
        """Delete an instance's snapshot unless it has been written to again; True if it is gone."""
        stored = await self.objects.get(key)
        if isinstance(stored, Stored):
            if self._was_written_again(key, stored):
                return False
            try:
                await self.objects.delete(key, stored.tag)
            except (Conflict, OutcomeUnknown):
                return False
        return True

    def _was_written_again(self, key: str, stored: Stored) -> bool:
        """Whether a snapshot that was listed as expired has been used since; one that nobody can read was not."""
        owner, _, instance_id = key.removeprefix("state/").partition("/")
        try:
            header, _ = unseal(stored.body, Reference(owner, instance_id), self._keys)
        except SnapshotUnusable:
            return False
        return not self.is_expired(header)
