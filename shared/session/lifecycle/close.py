"""Closing an instance so that a repeated call is recognised, although nothing is left to remember it."""

import os

from shared.errors import InstanceNotFound, StaleRevision
from shared.session.inventory.quota import Amount, Quota
from shared.session.live.cache import LiveCache
from shared.session.record.segments import Segments
from shared.session.stored.envelope import sealed_size
from shared.session.stored.header import CALL_ID_BYTES, Expected, check_revision
from shared.session.stored.idempotency import Keyed, check_unused
from shared.session.stored.reference import Reference
from shared.session.stored.retry import Failure, Retry
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.session.stored.turns import Turns


class Closing:
    """Deletes the instances of one store."""

    def __init__(
        self, snapshots: Snapshots, segments: Segments, live: LiveCache, quota: Quota, turns: Turns
    ) -> None:
        self._snapshots = snapshots
        self._segments = segments
        self._live = live
        self._quota = quota
        self._turns = turns

    async def close(self, reference: Reference, if_match: Expected, keyed: Keyed | None) -> bool:
        """Delete the instance; True if the same call had deleted it before.

        Raises:
            InstanceNotFound: there is no such instance.
            StaleRevision: it is not at the revision `if_match`.
            KeyReused: the key came with another request before.
            Contended: other processes kept writing first; the instance is still there.
            OutcomeUnknown: the store failed, and the instance may or may not be deleted.
        """
        tombstones = self._snapshots.tombstones
        async with self._live.lock(reference):
            await self._live.discard(reference)
            try:
                loaded = await self._snapshots.load(reference)
            except InstanceNotFound:
                if await tombstones.deleted_before(reference, keyed):
                    return True
                raise
            check_revision(loaded.header, if_match)
            check_unused(loaded.header, keyed)
            await tombstones.put(reference, loaded.header.made_by, keyed)
            try:
                await self._delete(loaded, if_match)
            except StaleRevision:
                await tombstones.remove(reference)
                raise
            self._quota.release(reference.owner, Amount(1, sealed_size(loaded.header, loaded.body)))
            return False

    async def _deleted(self, loaded: Loaded) -> Failure | None:
        await self._segments.end(loaded)
        return await self._snapshots.delete(loaded)

    async def _delete(self, loaded: Loaded, if_match: Expected) -> None:
        retry, call_id = Retry(), os.urandom(CALL_ID_BYTES)
        async with self._turns.claim(call_id) as claim:
            while failure := await self._deleted(loaded):
                retry.note(failure)
                try:
                    current = await self._snapshots.load(loaded.header.reference)
                    overtaken = current.header.revision > loaded.header.revision
                    loaded = await self._turns.wait(current, call_id)
                    check_revision(loaded.header, if_match)
                    await retry.again(at_once=overtaken)
                    if overtaken:
                        loaded = await claim.make(loaded)
                except InstanceNotFound:
                    # It was there a moment ago, so the delete of unknown outcome was done.
                    claim.use()
                    return await self._snapshots.delete_dependents(loaded.header)
            claim.use()
