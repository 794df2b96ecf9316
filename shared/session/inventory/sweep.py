"""The sweep: deletes expired instances, and what is left over without its instance.

An expired instance is gone for every caller already, since each load and list computes its age; the sweep frees
its space. It goes from owner to owner, in one process at a time. It may be ended at any point, and the next run
goes on there, so that everything is reached however much there is. Ages are told by the store's clock alone, and
nothing that was written after the sweep began is deleted.
"""

import asyncio
import logging
import math
from dataclasses import astuple

from shared.errors import StoreFailed
from shared.session.inventory.lease import Lease, Place
from shared.session.inventory.merge import Merge, Swept
from shared.session.inventory.owners import owners_in
from shared.session.stored.snapshots import Snapshots
from shared.storage.protocol import Store

_log = logging.getLogger(__name__)


async def sweep(snapshots: Snapshots, history_ttl_s: float = math.inf) -> Swept | None:
    """Delete what has expired; requests are served meanwhile. None if another process is at it.

    The recorded calls of a closed instance are kept for `history_ttl_s` seconds.

    Raises:
        StoreUnavailable: the store fails; what was deleted before stays deleted.
    """
    began = await snapshots.clock.read()
    lease = Lease(snapshots.objects)
    if not await lease.take(began):
        return None
    try:
        swept = await _sweep(snapshots, lease, began, history_ttl_s)
    finally:
        await lease.give_back()
    await _compact(snapshots.objects)
    return swept


async def _sweep(snapshots: Snapshots, lease: Lease, began: float, history_ttl_s: float) -> Swept:
    """Sweep from the lease's place on, as long as the lease is held."""
    swept, last = Swept(), lease.place
    for owner in await owners_in(snapshots.objects):
        if owner < last.owner:
            continue
        after = last.instance_id if owner == last.owner else ""
        async for instance_id in Merge(snapshots, owner, began, after, swept, history_ttl_s).instances():
            lease.place = Place(owner, instance_id)
            if not await lease.keep():
                return swept
    lease.place = Place()
    return swept


async def _compact(objects: Store) -> None:
    """Free the space of deleted objects, a part at a time, so that other tasks get a turn."""
    compact = objects.capabilities.compact
    while compact is not None and compact():
        await asyncio.sleep(0)


async def sweep_forever(snapshots: Snapshots, history_ttl_s: float = math.inf) -> None:
    """Sweep now, and then ten times per idle TTL but at least once an hour. A failed sweep is logged."""
    pause_s = min(3600.0, max(1.0, snapshots.expiry.idle_ttl_s / 10))
    while True:
        try:
            swept = await sweep(snapshots, history_ttl_s)
            if swept is not None:
                _log.info(
                    "swept %d instances, %d index entries, %d checkpoints, %d tombstones; added %d index entries; "
                    "deleted %d parts of logs",
                    *astuple(swept),
                )
        except StoreFailed as error:
            _log.warning("the sweep failed and is tried again in %.0f s: %s", pause_s, error.detail)
        await asyncio.sleep(pause_s)
