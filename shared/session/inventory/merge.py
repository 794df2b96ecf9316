"""The folders of one owner, swept side by side in the order of the instances' ids.

Only the next entry of each is in memory, whatever there is.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from shared.errors import InstanceNotFound, OutcomeUnknown, SnapshotUnusable
from shared.session.inventory.by_instance import BEHIND_ALL, ByInstance
from shared.session.inventory.logs import Logs
from shared.session.inventory.owners import FOLDERS
from shared.session.record.segments import Segments
from shared.session.stored.ending import end, has_ended, is_marker
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Snapshots
from shared.session.stored.tombstones import LIFETIME_S
from shared.storage.protocol import Conflict, Stored

LEEWAY_S = 900.0
"""Tombstones stay so much longer than they have to: who repeats a call may count the day by another clock."""

GRACE_S = 60.0
"""Younger leftovers stay: their instance may have been created after the sweep listed the instances."""


@dataclass
class Swept:
    """How many objects of each kind were deleted."""

    instances: int = 0
    index_entries: int = 0
    checkpoints: int = 0
    tombstones: int = 0
    indexed: int = 0
    """Index entries that were missing and are written now."""
    segments: int = 0


class Merge:
    """The sweep of one owner's folders."""

    def __init__(
        self,
        snapshots: Snapshots,
        owner: str,
        began: float,
        after: str,
        swept: Swept,
        history_ttl_s: float = math.inf,
    ) -> None:
        """`began` is the store's time when the sweep began; it goes on behind the instance `after`.

        What is deleted is counted in `swept`.
        """
        self._snapshots = snapshots
        self._owner = owner
        self._began = began
        self._swept = swept
        folders = [ByInstance(snapshots.objects, folder, owner, after) for folder in FOLDERS]
        self._states, self._entries, self._checkpoints, self._tombstones, self._segments = self._folders = folders
        self._history = Logs(snapshots, began, history_ttl_s)

    async def instances(self) -> AsyncIterator[str]:
        """The ids of instances, each once all of it is swept.

        Raises:
            StoreUnavailable: the store fails.
        """
        for folder in self._folders:
            await folder.advance()
        while (instance_id := min(folder.instance_id for folder in self._folders)) != BEHIND_ALL:
            await self._sweep(Reference(self._owner, instance_id))
            yield instance_id

    async def _sweep(self, reference: Reference) -> None:
        is_alive = await self._sweep_state(reference)
        indexed = await self._sweep_orphans(self._entries, reference, is_alive)
        self._swept.index_entries += indexed.deleted
        self._swept.checkpoints += (await self._sweep_orphans(self._checkpoints, reference, is_alive)).deleted
        await self._sweep_tombstones(reference)
        await self._sweep_history(reference, is_alive)
        if is_alive and not indexed.seen:
            await self._enter(reference)

    async def _sweep_state(self, reference: Reference) -> bool | None:
        """Delete the snapshot if it has expired. Whether the instance is alive; None if it was not listed."""
        states = self._states
        if states.instance_id != reference.instance_id:
            return None
        is_alive = False
        if is_marker(states.entry):
            if states.entry.written < self._began - LIFETIME_S - LEEWAY_S:
                await self._snapshots.objects.delete(states.entry.key)
        elif states.entry.written < self._began - self._snapshots.expiry.idle_ttl_s and await delete_expired(
            self._snapshots, reference
        ):
            self._swept.instances += 1
            await asyncio.sleep(0)  # requests are served between any two deletes
        else:
            is_alive = True
        await states.advance()
        return is_alive

    async def _sweep_orphans(self, folder: ByInstance, reference: Reference, is_alive: bool | None) -> "_Orphans":
        """Delete what the instance has in the folder, if it is gone and they are no new instance's."""
        found = _Orphans()
        while folder.instance_id == reference.instance_id:
            found.seen = True
            if not is_alive and folder.entry.written < self._began - GRACE_S:
                # Not by the listing alone: were it in another order than it should be, what lives would go.
                if is_alive is None:
                    is_alive = not await self._is_gone(reference)
                if not is_alive:
                    await self._snapshots.objects.delete(folder.entry.key)
                    found.deleted += 1
                    await asyncio.sleep(0)
            await folder.advance()
        return found

    async def _sweep_tombstones(self, reference: Reference) -> None:
        while self._tombstones.instance_id == reference.instance_id:
            if self._tombstones.entry.written < self._began - LIFETIME_S - LEEWAY_S:
                await self._snapshots.objects.delete(self._tombstones.entry.key)
                self._swept.tombstones += 1
                await asyncio.sleep(0)
            await self._tombstones.advance()

    async def _sweep_history(self, reference: Reference, is_alive: bool | None) -> None:
        """Delete what logs have in the store that nobody can read any more."""
        folder = self._segments
        while folder.instance_id == reference.instance_id:
            birth = folder.rest.partition("/")[0]
            is_over = await self._history.is_over(reference, birth, folder.entry, is_alive)
            while folder.instance_id == reference.instance_id and folder.rest.partition("/")[0] == birth:
                if is_over:
                    await self._snapshots.objects.delete(folder.entry.key)
                    self._swept.segments += 1
                    await asyncio.sleep(0)
                await folder.advance()

    async def _is_gone(self, reference: Reference) -> bool:
        stored = await self._snapshots.objects.get(reference.key)
        return not isinstance(stored, Stored) or has_ended(stored)

    async def _enter(self, reference: Reference) -> None:
        """Add the index entry of an instance that no list shows, since the server ended before it wrote it.

        Not that of a fork with an idempotency key: the entry of the first is the sign that the set is complete,
        and whoever repeats the call writes it.
        """
        try:
            header = await self._snapshots.header(reference)
        except (InstanceNotFound, SnapshotUnusable):
            return  # gone since it was listed, or nobody can use it
        if header.origin is None or not header.made_by:
            await self._snapshots.index.add(header)
            self._swept.indexed += 1
        await asyncio.sleep(0)


@dataclass
class _Orphans:
    seen: bool = False
    deleted: int = 0


async def delete_expired(snapshots: Snapshots, reference: Reference) -> bool:
    """Delete an instance that was listed as expired; False if it was written to since."""
    stored = await snapshots.objects.get(reference.key)
    if isinstance(stored, Stored) and not has_ended(stored):
        if _was_written_again(snapshots, reference, stored):
            return False
        try:
            with suppress(SnapshotUnusable):  # nobody can use it, so there is nothing to keep
                await Segments(snapshots).end(snapshots.opened(reference, stored))
            await end(snapshots.objects, reference.key, stored.tag)
        except (Conflict, OutcomeUnknown):
            return False  # left to the next sweep
    return True


def _was_written_again(snapshots: Snapshots, reference: Reference, stored: Stored) -> bool:
    try:
        header = snapshots.opened(reference, stored).header
    except SnapshotUnusable:
        return False  # nobody can use it, so nobody did
    return not snapshots.expiry.is_over(header)
