"""What exactness makes possible at once: forks, checkpoints, going back.

Each signs a new header over a body that is already stored. No environment is restored for it and nothing is
unpickled, so the cost does not depend on the environment.
"""

import asyncio
import os
import time
import uuid
from collections.abc import Sequence

import msgspec

from shared.errors import CheckpointNotFound, InstanceNotFound, QuotaExceeded, StoreFailed
from shared.session.envelope import Header, Reference, check_revision
from shared.session.idempotency import Keyed, check_same, remember
from shared.session.live import LiveCache
from shared.session.snapshots import Loaded, Snapshots
from shared.session.tries import Failure, Tries

MOST_CHECKPOINTS = 64
"""The most checkpoints of one instance."""


class Branching:
    """Forks, checkpoints and restores of the instances of one store."""

    def __init__(self, snapshots: Snapshots, live: LiveCache) -> None:
        self._snapshots = snapshots
        self._live = live

    async def fork(
        self, reference: Reference, count: int, reseed: int | None, keyed: Keyed | None = None
    ) -> list[Header]:
        """New instances that are exact twins of this one, or differ in their random generators alone.

        With `reseed`, the generators of fork number `i` are made anew from
        `numpy.random.SeedSequence(reseed, spawn_key=(i,))` before its next call.

        Raises:
            InstanceNotFound: there is no such instance.
            StoreFailed: not all could be written; those that were have been deleted, or are named.
        """
        async with self._live.lock(reference):
            origin = await self._snapshots.load(reference)
            done = await self._forked_before(reference, count, keyed)
        if done:
            return done
        now = time.time()
        headers = [
            msgspec.structs.replace(
                origin.header,
                instance_id=str(uuid.uuid4()) if keyed is None else keyed.instance_id(number),
                made_by=b"" if keyed is None else keyed.body,
                created=now,
                revision=0,
                recent=(),
                origin=(origin.header.instance_id, origin.header.revision),
                reseed=origin.header.reseed if reseed is None else (reseed, number),
            )
            for number in range(count)
        ]
        # The first is written last: where it stands, a repeated call knows that all do.
        written: list[Loaded | BaseException] = []
        for part in (headers[1:], headers[:1]):
            written += await asyncio.gather(
                *(self._write(header, origin.body) for header in part), return_exceptions=True
            )
            failed = [error for error in written if isinstance(error, BaseException)]
            if failed:
                await self._take_back([loaded for loaded in written if isinstance(loaded, Loaded)], failed[0])
        return headers

    async def _forked_before(self, reference: Reference, count: int, keyed: Keyed | None) -> list[Header]:
        """The forks that the same call made when it first came; none of an attempt that broke off is left."""
        if keyed is None:
            return []
        found = []
        for number in range(count):
            try:
                found.append(await self._snapshots.load(Reference(reference.owner, keyed.instance_id(number))))
            except InstanceNotFound:
                continue
            check_same(found[-1].header.made_by, keyed)
        if len(found) == count:
            return [loaded.header for loaded in found]
        for loaded in found:
            await self._snapshots.delete(loaded)
        return []

    async def checkpoint(self, reference: Reference, name: str) -> Header:
        """Keep the instance's state of now under an id of its own.

        Raises:
            InstanceNotFound: there is no such instance.
            QuotaExceeded: it has as many as an instance may have.
        """
        async with self._live.lock(reference):
            loaded = await self._snapshots.load(reference)
        if len(await self._snapshots.checkpoint_ids(reference)) >= MOST_CHECKPOINTS:
            raise QuotaExceeded(
                f"The instance has {MOST_CHECKPOINTS} checkpoints, the most there may be; delete one first.",
                limit=MOST_CHECKPOINTS,
            )
        header = msgspec.structs.replace(
            loaded.header, checkpoint_id=str(uuid.uuid4()), checkpoint_name=name, created=time.time(), recent=()
        )
        await self._write(header, loaded.body)
        return header

    async def checkpoints(self, reference: Reference) -> list[Header]:
        """The instance's checkpoints, oldest first.

        Raises:
            InstanceNotFound: there is no such instance.
        """
        await self._snapshots.load(reference)
        ids = await self._snapshots.checkpoint_ids(reference)
        found = await asyncio.gather(
            *(self._snapshots.load(reference._replace(checkpoint_id=each)) for each in ids), return_exceptions=True
        )
        headers = []
        for loaded in found:
            if isinstance(loaded, BaseException) and not isinstance(loaded, CheckpointNotFound):
                raise loaded
            if isinstance(loaded, Loaded):  # one deleted in the meantime is left out
                headers.append(loaded.header)
        return sorted(headers, key=lambda header: header.created)

    async def delete_checkpoint(self, checkpoint: Reference) -> None:
        """Delete one checkpoint.

        Raises:
            InstanceNotFound: there is no such instance.
            CheckpointNotFound: the instance has no such checkpoint.
        """
        await self._snapshots.load(checkpoint.instance)
        await self._snapshots.load(checkpoint)
        await self._snapshots.remove(checkpoint.key)

    async def restore(self, checkpoint: Reference, if_match: int | None) -> Header:
        """Take the checkpoint's instance back to it; its revision goes on.

        Raises:
            InstanceNotFound: there is no such instance.
            CheckpointNotFound: it has no such checkpoint.
            StaleRevision: the instance is not at the revision `if_match`.
            Contended: other processes kept writing first.
            OutcomeUnknown: the store failed in a way that leaves open whether it was done.
        """
        reference, call_id, tries = checkpoint.instance, os.urandom(8), Tries()
        async with self._live.lock(reference):
            current = await self._snapshots.load(reference)
            kept = await self._snapshots.load(checkpoint)
            while True:
                saved = await self._go_back(current, kept, call_id, if_match)
                if isinstance(saved, Header):
                    await self._live.discard(reference)
                    return saved
                tries.note(saved)
                current, applied = await self._snapshots.read_back(current.header, call_id)
                if applied:
                    await self._live.discard(reference)
                    return current.header
                await tries.again()

    async def _go_back(
        self, current: Loaded, kept: Loaded, call_id: bytes, if_match: int | None
    ) -> Header | Failure:
        """The header of the instance at its checkpoint, or how the write failed."""
        before = current.header
        check_revision(before, if_match)
        revision = before.revision + 1
        header = msgspec.structs.replace(
            kept.header,
            checkpoint_id="",
            checkpoint_name="",
            created=before.created,
            revision=revision,
            recent=remember(before.recent, call_id, revision, None, None),
        )
        saved = await self._snapshots.save(header, kept.body, current.tag)
        return saved.header if isinstance(saved, Loaded) else saved

    async def _write(self, header: Header, body: bytes) -> Loaded:
        saved = await self._snapshots.save_new(header, body)
        # A fresh uuid4 cannot be taken: what stands there after a failure is this very write.
        loaded = saved if isinstance(saved, Loaded) else await self._snapshots.load(header.reference)
        if not header.checkpoint_id:
            await self._snapshots.enlist(header)
        return loaded

    async def _take_back(self, written: Sequence[Loaded], cause: BaseException) -> None:
        gone = await asyncio.gather(
            *(self._snapshots.delete(loaded) for loaded in written), return_exceptions=True
        )
        left = [
            loaded.header.instance_id for loaded, deleted in zip(written, gone, strict=True) if deleted is not None
        ]
        raise StoreFailed(
            "The store failed while forks were written; "
            + (
                f"these exist and may be closed: {', '.join(left)}."
                if left
                else "none was left behind; try again."
            ),
            left_behind=left,
        ) from cause
