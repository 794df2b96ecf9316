"""Deleting what has expired, and what was left without its instance.

An expired instance is gone for every caller already, since each load and list computes its age; the sweep gives
back the room. It may stop anywhere and go on at the next run.
"""

import asyncio
import logging
import time
from typing import NamedTuple

from shared.errors import StoreFailed
from shared.session.stored.async_store import AsyncStore
from shared.session.stored.snapshots import Snapshots
from shared.session.stored.tombstones import LIFETIME_S, PREFIX

_log = logging.getLogger(__name__)

_GRACE_S = 60.0
"""What is younger may belong to an instance that was made while the sweep looked."""


class Swept(NamedTuple):
    """How many of each were deleted."""

    instances: int
    index_entries: int
    checkpoints: int
    tombstones: int


async def sweep(snapshots: Snapshots) -> Swept:
    """Delete expired instances, and index entries and checkpoints that have none; requests go on meanwhile.

    Raises:
        StoreUnavailable: the store fails; what was deleted before stays deleted.
    """
    began = time.time()
    alive: set[str] = set()
    instances = 0
    async for entry in snapshots.objects.entries("state/"):
        if entry.written < began - snapshots.idle_ttl_s and await snapshots.delete_expired(entry.key):
            instances += 1
            await asyncio.sleep(0)  # a request goes between any two deletes
        else:
            alive.add(entry.key.removeprefix("state/"))
    index_entries = await _strays(snapshots.objects, "index/", alive, began - _GRACE_S)
    checkpoints = await _strays(snapshots.objects, "checkpoints/", alive, began - _GRACE_S)
    tombstones = await _outlived(snapshots.objects, began - LIFETIME_S)
    await snapshots.objects.reclaim()
    return Swept(instances, index_entries, checkpoints, tombstones)


async def _strays(objects: AsyncStore, prefix: str, alive: set[str], before: float) -> int:
    """Delete the entries under the prefix whose instance is not alive."""
    deleted = 0
    async for entry in objects.entries(prefix):
        owner, instance_id, _ = entry.key.removeprefix(prefix).split("/", 2)
        if f"{owner}/{instance_id}" not in alive and entry.written < before:
            await objects.delete(entry.key)
            deleted += 1
            await asyncio.sleep(0)
    return deleted


async def _outlived(objects: AsyncStore, before: float) -> int:
    """Delete the tombstones from before that time."""
    deleted = 0
    async for entry in objects.entries(PREFIX):
        if entry.written < before:
            await objects.delete(entry.key)
            deleted += 1
            await asyncio.sleep(0)
    return deleted


async def sweep_for_ever(snapshots: Snapshots) -> None:
    """Sweep now, and then ten times in an idle time or once an hour; a store that fails is tried at the next."""
    pause_s = min(3600.0, max(1.0, snapshots.idle_ttl_s / 10))
    while True:
        try:
            swept = await sweep(snapshots)
            _log.info("swept %d instances, %d index entries, %d checkpoints, %d tombstones", *swept)
        except StoreFailed as error:
            _log.warning("the sweep waits for the store: %s", error.detail)
        await asyncio.sleep(pause_s)
