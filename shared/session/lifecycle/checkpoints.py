"""Checkpoints: an instance's states to go back to. Each is a new header over a body that is already stored."""

import asyncio
import os
import time
import uuid
from collections.abc import Callable
from typing import Any

import msgspec

from shared.errors import CheckpointNotFound, QuotaExceeded, ReplyGone
from shared.session.calls.outcome import Outcome
from shared.session.live.cache import LiveCache
from shared.session.stored.header import CALL_ID_BYTES, Header, check_revision
from shared.session.stored.idempotency import Keyed, check_same, check_unused, first_reply, remember
from shared.session.stored.reference import Reference
from shared.session.stored.retry import Retry
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.session.stored.tombstones import Tombstones
from shared.wire.values.detached import pack

MOST_CHECKPOINTS = 64
"""The most checkpoints of one instance; calls at the same moment may go beyond it by as many as they are."""

Record = Callable[[Header], Any]
"""What a reply tells of an instance."""


class Checkpoints:
    """The checkpoints of one store's instances."""

    def __init__(self, snapshots: Snapshots, live: LiveCache) -> None:
        self._snapshots = snapshots
        self._live = live
        self._tombstones = Tombstones(snapshots.objects)

    async def kept_before(self, reference: Reference, keyed: Keyed | None) -> Header | None:
        """The checkpoint that the same call made when it first came.

        Raises:
            KeyReused: the key came with another request then.
            ReplyGone: it has been deleted since.
        """
        if keyed is None:
            return None
        place = reference._replace(checkpoint_id=keyed.instance_id(0))
        try:
            header = await self._snapshots.header(place)
        except CheckpointNotFound:
            if await self._tombstones.made_before(place, keyed):
                raise ReplyGone("The call with this key made a checkpoint, which was deleted since.") from None
            return None
        check_same(header.made_by, keyed)
        return header

    async def keep(
        self, reference: Reference, name: str, if_match: int | None = None, keyed: Keyed | None = None
    ) -> Header:
        """Keep the instance's state of now under an id of its own.

        Raises:
            InstanceNotFound: there is no such instance.
            StaleRevision: it is not at the revision `if_match`.
            KeyReused: the key came with another request before.
            QuotaExceeded: it has as many as an instance may have.
        """
        async with self._live.lock(reference):
            loaded = await self._snapshots.load(reference)
        check_revision(loaded.header, if_match)
        check_unused(loaded.header, keyed)
        if len(await self._snapshots.checkpoint_ids(reference)) >= MOST_CHECKPOINTS:
            raise QuotaExceeded(
                f"The instance has {MOST_CHECKPOINTS} checkpoints, the most there may be; delete one first.",
                limit=MOST_CHECKPOINTS,
            )
        header = msgspec.structs.replace(
            loaded.header,
            checkpoint_id=str(uuid.uuid4()) if keyed is None else keyed.instance_id(0),
            checkpoint_name=name,
            created=time.time(),
            recent=b"",
            keyed=(),
            made_by=b"" if keyed is None else keyed.body,
        )
        kept = (await self._snapshots.add(header, loaded.body)).header
        check_same(kept.made_by, keyed)
        return kept

    async def list(self, reference: Reference) -> tuple[Header, list[Header]]:
        """The instance, and its checkpoints, oldest first.

        Raises:
            InstanceNotFound: there is no such instance.
        """
        instance = await self._snapshots.header(reference)
        ids = await self._snapshots.checkpoint_ids(reference)
        found = await asyncio.gather(
            *(self._snapshots.header(reference._replace(checkpoint_id=each)) for each in ids),
            return_exceptions=True,
        )
        headers = []
        for header in found:
            if isinstance(header, BaseException) and not isinstance(header, CheckpointNotFound):
                raise header
            if isinstance(header, Header):  # one deleted in the meantime is left out
                headers.append(header)
        return instance, sorted(headers, key=lambda header: header.created)

    async def delete(
        self, checkpoint: Reference, if_match: int | None = None, keyed: Keyed | None = None
    ) -> tuple[Header, bool]:
        """Delete one checkpoint: its instance, and whether the same call had deleted it before.

        Raises:
            InstanceNotFound: there is no such instance.
            CheckpointNotFound: the instance has no such checkpoint.
            StaleRevision: the instance is not at the revision `if_match`.
            KeyReused: the key came with another request before.
        """
        instance = await self._snapshots.header(checkpoint.instance)
        try:
            header = await self._snapshots.header(checkpoint)
        except CheckpointNotFound:
            if await self._tombstones.deleted_before(checkpoint, keyed):
                return instance, True
            raise
        check_revision(instance, if_match)
        check_unused(instance, keyed)
        await self._tombstones.put(checkpoint, header.made_by, keyed)
        await self._snapshots.objects.delete(checkpoint.key)
        return instance, False

    async def restore(
        self, checkpoint: Reference, record: Record, if_match: int | None = None, keyed: Keyed | None = None
    ) -> Outcome:
        """Take the checkpoint's instance back to it, and reply with its record; its revision goes on.

        Raises:
            InstanceNotFound: there is no such instance.
            CheckpointNotFound: it has no such checkpoint.
            StaleRevision: the instance is not at the revision `if_match`.
            KeyReused, ReplyGone: the call came before, with another request or too long ago.
            Contended: other processes kept writing first.
            OutcomeUnknown: the store failed in a way that leaves open whether it was done.
        """
        reference, call_id, retry = checkpoint.instance, os.urandom(CALL_ID_BYTES), Retry()
        async with self._live.lock(reference):
            current = await self._snapshots.load(reference)
            while True:
                first = first_reply(current.header, keyed)
                if first is not None:
                    header = msgspec.structs.replace(current.header, revision=first[1])
                    return Outcome(first[0], header, replayed=True)
                check_revision(current.header, if_match)
                kept = await self._snapshots.load(checkpoint)
                restored = _restored(current.header, kept.header, call_id, record, keyed)
                saved = await self._snapshots.save(restored, kept.body, current.tag, used=restored.used)
                revision: int | None = restored.revision
                if not isinstance(saved, Loaded):
                    retry.note(saved)
                    current, revision = await self._snapshots.read_back(current.header, call_id)
                if revision is not None:
                    await self._live.discard(reference)
                    restored = msgspec.structs.replace(restored, revision=revision)
                    return Outcome(record(restored), restored)
                await retry.again()


def _restored(before: Header, kept: Header, call_id: bytes, record: Record, keyed: Keyed | None) -> Header:
    """The header of the instance at its checkpoint."""
    revision = before.revision + 1
    header = msgspec.structs.replace(
        kept,
        checkpoint_id="",
        checkpoint_name="",
        created=before.created,
        used=time.time(),
        revision=revision,
        made_by=before.made_by,
    )
    reply = None if keyed is None else pack(record(header))
    recent, keyed_calls = remember(before, revision, call_id, keyed, reply)
    return msgspec.structs.replace(header, recent=recent, keyed=keyed_calls)
