"""The sweep: deletes expired instances, and what is left over without its instance.

An expired instance is gone for every caller already, since each load and list computes its age; the sweep frees
its space. It may stop at any point, and the next run goes on. Ages are told by the store's clock alone, and
nothing that was written after the sweep began is deleted.
"""

import asyncio
import logging
from typing import NamedTuple

from shared.errors import InstanceNotFound, OutcomeUnknown, SnapshotUnusable, StoreFailed
from shared.session.stored.ending import end, has_ended, is_marker
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Snapshots
from shared.session.stored.tombstones import LIFETIME_S, PREFIX
from shared.storage.protocol import Conflict, Store, Stored

_log = logging.getLogger(__name__)

LEEWAY_S = 900.0
"""Tombstones stay so much longer than they have to: who repeats a call may count the day by another clock."""

GRACE_S = 60.0
"""Younger leftovers stay: their instance may have been created after the sweep listed the instances."""


class Swept(NamedTuple):
    """How many objects of each kind were deleted."""

    instances: int
    index_entries: int
    checkpoints: int
    tombstones: int
    indexed: int = 0
    """Index entries that were missing and are written now."""


async def sweep(snapshots: Snapshots) -> Swept:
    """Delete what has expired; requests are served meanwhile.

    Raises:
        StoreUnavailable: the store fails; what was deleted before stays deleted.
    """
    began = await snapshots.clock.read()
    alive: set[str] = set()
    instances = 0
    async for entry in snapshots.objects.list("state/"):
        if is_marker(entry):
            if entry.written < began - LIFETIME_S - LEEWAY_S:
                await snapshots.objects.delete(entry.key)
        elif entry.written < began - snapshots.expiry.idle_ttl_s and await delete_expired(snapshots, entry.key):
            instances += 1
            await asyncio.sleep(0)  # requests are served between any two deletes
        else:
            alive.add(entry.key.removeprefix("state/"))
    listed: set[str] = set()
    index_entries = await _delete_orphans(snapshots.objects, "index/", alive, began - GRACE_S, listed)
    indexed = await _add_missing_entries(snapshots, alive - listed)
    checkpoints = await _delete_orphans(snapshots.objects, "checkpoints/", alive, began - GRACE_S)
    tombstones = await _delete_tombstones(snapshots.objects, began - LIFETIME_S - LEEWAY_S)
    await _compact(snapshots.objects)
    return Swept(instances, index_entries, checkpoints, tombstones, indexed)


async def delete_expired(snapshots: Snapshots, key: str) -> bool:
    """Delete an instance that was listed as expired; False if it was written to since."""
    stored = await snapshots.objects.get(key)
    if isinstance(stored, Stored) and not has_ended(stored):
        if _was_written_again(snapshots, key, stored):
            return False
        try:
            await end(snapshots.objects, key, stored.tag)
        except (Conflict, OutcomeUnknown):
            return False  # left to the next sweep
    return True


def _was_written_again(snapshots: Snapshots, key: str, stored: Stored) -> bool:
    owner, _, instance_id = key.removeprefix("state/").partition("/")
    try:
        header = snapshots.opened(Reference(owner, instance_id), stored).header
    except SnapshotUnusable:
        return False  # nobody can use it, so nobody did
    return not snapshots.expiry.is_over(header)


async def _add_missing_entries(snapshots: Snapshots, unlisted: set[str]) -> int:
    """Add the index entries of instances that no list shows, since the server ended before it wrote them.

    Not those of forks with an idempotency key: the entry of the first is the sign that the set is complete, and
    whoever repeats the call writes it.
    """
    added = 0
    for name in sorted(unlisted):
        try:
            header = await snapshots.header(Reference(*name.split("/", 1)))
        except (InstanceNotFound, SnapshotUnusable):
            continue  # gone since it was listed, or nobody can use it
        if header.origin is None or not header.made_by:
            await snapshots.index.add(header)
            added += 1
        await asyncio.sleep(0)
    return added


async def _delete_orphans(
    objects: Store, prefix: str, alive: set[str], before: float, listed: set[str] | None = None
) -> int:
    """Delete the entries under the prefix whose instance is not alive, if they were written before then.

    Adds the names of the instances that have an entry to `listed`.
    """
    deleted = 0
    async for entry in objects.list(prefix):
        owner, instance_id, _ = entry.key.removeprefix(prefix).split("/", 2)
        name = f"{owner}/{instance_id}"
        if listed is not None:
            listed.add(name)
        if name not in alive and entry.written < before:
            await objects.delete(entry.key)
            deleted += 1
            await asyncio.sleep(0)
    return deleted


async def _delete_tombstones(objects: Store, before: float) -> int:
    """Delete the tombstones that were written before then."""
    deleted = 0
    async for entry in objects.list(PREFIX):
        if entry.written < before:
            await objects.delete(entry.key)
            deleted += 1
            await asyncio.sleep(0)
    return deleted


async def _compact(objects: Store) -> None:
    """Free the space of deleted objects, a part at a time, so that other tasks get a turn."""
    compact = objects.capabilities.compact
    while compact is not None and compact():
        await asyncio.sleep(0)


async def sweep_forever(snapshots: Snapshots) -> None:
    """Sweep now, and then ten times per idle TTL but at least once an hour. A failed sweep is logged."""
    pause_s = min(3600.0, max(1.0, snapshots.expiry.idle_ttl_s / 10))
    while True:
        try:
            swept = await sweep(snapshots)
            _log.info(
                "swept %d instances, %d index entries, %d checkpoints, %d tombstones; added %d index entries",
                *swept,
            )
        except StoreFailed as error:
            _log.warning("the sweep failed and is tried again in %.0f s: %s", pause_s, error.detail)
        await asyncio.sleep(pause_s)
