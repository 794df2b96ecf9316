"""Checkpoints: kept states of an instance that it can be restored to. Each is a new header over a stored body."""

import os
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from shared.errors import CheckpointNotFound, QuotaExceeded, ReplyGone
from shared.session.calls.outcome import Outcome
from shared.session.inventory.quota import Amount, Quota
from shared.session.live.cache import LiveCache
from shared.session.record.growth import restored as log_restored
from shared.session.record.segments import Segments
from shared.session.stored.envelope import sealed_size
from shared.session.stored.failed_writes import FailedWrites
from shared.session.stored.header import CALL_ID_BYTES, Expected, Header, Log, check_revision
from shared.session.stored.idempotency import Keyed, check_same, check_unused, first_reply, remember
from shared.session.stored.in_parts import in_parts
from shared.session.stored.reference import Reference
from shared.session.stored.retry import Retry
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.session.stored.turns import Turns
from shared.wire.values.detached import pack

MOST_CHECKPOINTS = 64
"""The most checkpoints of one instance. Concurrent calls may exceed it, each by one."""

Record = Callable[[Header], Any]
"""Makes the reply from the header of the restored instance."""


Past = Callable[[], Awaitable[Loaded]]
"""Gives a state of an instance's own past, by its log."""


class Checkpoints:
    """The checkpoints of one store's instances."""

    def __init__(
        self, snapshots: Snapshots, segments: Segments, live: LiveCache, quota: Quota, turns: Turns
    ) -> None:
        self._snapshots = snapshots
        self._segments = segments
        self._live = live
        self._quota = quota
        self._turns = turns

    async def kept_before(self, reference: Reference, keyed: Keyed | None) -> Header | None:
        """The checkpoint that the same call made before; None if the call is new.

        Raises:
            KeyReused: the key came with another request then.
            ReplyGone: the checkpoint was deleted since.
        """
        if keyed is None:
            return None
        checkpoint = reference._replace(checkpoint_id=keyed.instance_id(0))
        try:
            header = await self._snapshots.header(checkpoint)
        except CheckpointNotFound:
            if await self._snapshots.tombstones.made_before(checkpoint, keyed):
                raise ReplyGone("The call with this key made a checkpoint that was deleted since.") from None
            return None
        check_same(header.made_by, keyed)
        return header

    async def keep(
        self, reference: Reference, name: str, if_match: Expected = None, keyed: Keyed | None = None
    ) -> Header:
        """Make a checkpoint of the instance's current state. For a repeated call, ask `kept_before` first.

        Raises:
            InstanceNotFound: there is no such instance.
            StaleRevision: it is not at the revision `if_match`.
            KeyReused: the key came with another request before.
            QuotaExceeded: it has `MOST_CHECKPOINTS` checkpoints, or the owner's snapshots take as many bytes as
                allowed.
        """
        async with self._live.lock(reference):
            loaded = await self._snapshots.load(reference)
        check_revision(loaded.header, if_match)
        check_unused(loaded.header, keyed)
        if len(await self._snapshots.checkpoint_ids(reference)) >= MOST_CHECKPOINTS:
            raise QuotaExceeded(
                f"The instance has {MOST_CHECKPOINTS} checkpoints, and that is the most; delete one first.",
                limit=MOST_CHECKPOINTS,
            )
        header = msgspec.structs.replace(
            loaded.header,
            checkpoint_id=str(uuid.uuid4()) if keyed is None else keyed.instance_id(0),
            checkpoint_name=name,
            created=self._snapshots.clock.now(),
            recent=b"",
            keyed=(),
            made_by=b"" if keyed is None else keyed.body,
            turn=None,
            log=None,
        )
        async with self._quota.room(reference.owner, Amount(size=sealed_size(header, loaded.body))):
            kept = (await self._snapshots.add(header, loaded.body)).header
        check_same(kept.made_by, keyed)
        return kept

    async def list(self, reference: Reference) -> tuple[Header, list[Header]]:
        """The headers of the instance and of its checkpoints, oldest checkpoint first.

        Raises:
            InstanceNotFound: there is no such instance.
        """
        instance = await self._snapshots.header(reference)

        async def header(checkpoint_id: str) -> Header | None:
            try:
                return await self._snapshots.header(reference._replace(checkpoint_id=checkpoint_id))
            except CheckpointNotFound:
                return None  # it was deleted meanwhile

        ids = await self._snapshots.checkpoint_ids(reference)
        found = [each for each in await in_parts(self._snapshots.objects, header, ids) if each is not None]
        return instance, sorted(found, key=lambda header: header.created)

    async def delete(
        self, checkpoint: Reference, if_match: Expected = None, keyed: Keyed | None = None
    ) -> tuple[Header, bool]:
        """Delete a checkpoint; the header of its instance, and whether the same call had deleted it before.

        Raises:
            InstanceNotFound: there is no such instance.
            CheckpointNotFound: the instance has no such checkpoint.
            StaleRevision: the instance is not at the revision `if_match`.
            KeyReused: the key came with another request before.
        """
        instance = await self._snapshots.header(checkpoint.instance)
        try:
            kept = await self._snapshots.load(checkpoint)
        except CheckpointNotFound:
            if await self._snapshots.tombstones.deleted_before(checkpoint, keyed):
                return instance, True
            raise
        check_revision(instance, if_match)
        check_unused(instance, keyed)
        await self._snapshots.tombstones.put(checkpoint, kept.header.made_by, keyed)
        await self._snapshots.objects.delete(checkpoint.key)
        self._quota.release(checkpoint.owner, Amount(size=sealed_size(kept.header, kept.body)))
        return instance, False

    async def restore(
        self,
        checkpoint: Reference,
        record: Record,
        if_match: Expected = None,
        keyed: Keyed | None = None,
        past: Past | None = None,
    ) -> Outcome:
        """Restore the instance to the checkpoint. The reply is its record; its revision goes on counting.

        With `past`, to that state of its own past, and `checkpoint` is the instance.

        Raises:
            InstanceNotFound: there is no such instance.
            CheckpointNotFound: it has no such checkpoint.
            StaleRevision: the instance is not at the revision `if_match`.
            KeyReused, ReplyGone: as `first_reply`.
            Contended: other processes kept writing first.
            OutcomeUnknown: the store failed, and the instance may or may not be restored.
        """
        reference, call_id, retry = checkpoint.instance, os.urandom(CALL_ID_BYTES), Retry()
        failed = FailedWrites(self._snapshots, call_id)
        async with self._live.lock(reference), self._turns.claim(call_id) as claim:
            current = await self._turns.wait(await self._snapshots.load(reference), call_id)
            revision = None
            while revision is None:
                first = first_reply(current.header, keyed)
                if first is not None:
                    header = msgspec.structs.replace(current.header, revision=first[1])
                    return Outcome(first[0], header, replayed=True)
                check_revision(current.header, if_match)
                with failed.told():
                    kept = await (self._snapshots.load(checkpoint) if past is None else past())
                    log = await self._segments.ready(current)
                restored = _restored(
                    current.header, kept.header, self._snapshots.clock.now(), call_id, record, keyed
                )
                restored = msgspec.structs.replace(
                    restored, log=_log_after(log, current.header, kept, restored.used)
                )
                saved = await self._snapshots.save(restored, kept.body, current.tag, used=restored.used)
                if isinstance(saved, Loaded):
                    revision = restored.revision
                else:
                    retry.note(saved)
                    before = current.header.revision
                    current, revision = await failed.read_back(current.header, saved)
                    if revision is None:
                        overtaken = current.header.revision > before
                        await retry.again(at_once=overtaken)
                        with failed.told():
                            if overtaken:
                                current = await claim.make(current)
                            current = await self._turns.wait(current, call_id)
                        revision = failed.revision_made(current.header)  # a write that arrived meanwhile
            claim.use()
            await self._live.discard(reference)
            restored = msgspec.structs.replace(restored, revision=revision)
            return Outcome(record(restored), restored)


def _log_after(log: Log | None, before: Header, kept: Loaded, used: float) -> Log | None:
    """The instance's log with the restore, if it records."""
    if log is None or not log.on:
        return log
    return log_restored(log, before.used, used, kept.header.checkpoint_id or kept.header.checkpoint_name)


def _restored(
    before: Header, kept: Header, now: float, call_id: bytes, record: Record, keyed: Keyed | None
) -> Header:
    """The header of the instance once it is restored to the checkpoint `kept`."""
    revision = before.revision + 1
    header = msgspec.structs.replace(
        kept,
        checkpoint_id="",
        checkpoint_name="",
        created=before.created,
        used=max(now, before.used),
        revision=revision,
        made_by=before.made_by,
        turn=None,
        name=before.name,
    )
    reply = None if keyed is None else pack(record(header))
    recent, keyed_calls = remember(before, revision, call_id, keyed, reply)
    return msgspec.structs.replace(header, recent=recent, keyed=keyed_calls)
