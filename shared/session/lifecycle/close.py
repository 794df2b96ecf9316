"""Closing an instance so that a repeated call is recognised, although nothing is left to remember it."""

from shared.errors import InstanceNotFound, StaleRevision
from shared.session.live.cache import LiveCache
from shared.session.stored.header import Expected, check_revision
from shared.session.stored.idempotency import Keyed, check_unused
from shared.session.stored.quota import Quota
from shared.session.stored.reference import Reference
from shared.session.stored.retry import Retry
from shared.session.stored.snapshots import Loaded, Snapshots


class Closing:
    """Deletes the instances of one store."""

    def __init__(self, snapshots: Snapshots, live: LiveCache, quota: Quota) -> None:
        self._snapshots = snapshots
        self._live = live
        self._quota = quota

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
            self._quota.release(reference.owner)
            return False

    async def _delete(self, loaded: Loaded, if_match: Expected) -> None:
        retry = Retry()
        while failure := await self._snapshots.delete(loaded):
            retry.note(failure)
            try:
                loaded = await self._snapshots.load(loaded.header.reference)
            except InstanceNotFound:
                # It was there a moment ago, so the delete of unknown outcome was done.
                return await self._snapshots.delete_dependents(loaded.header)
            check_revision(loaded.header, if_match)
            await retry.again()
