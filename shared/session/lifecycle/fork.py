"""Forks: a new header over a body that is already stored, `count` times.

Of a fork with an idempotency key the first twin is written before the others, as the claim from which they are
made: whoever repeats the call, in whichever process, completes the same set. Its index entry comes last and says
that the set is complete, so that a repeated call touches no twin that has gone on since.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from shared.errors import InstanceNotFound, StoreFailed
from shared.session.live.cache import LiveCache
from shared.session.stored.header import Header, check_revision
from shared.session.stored.idempotency import Keyed, check_same, check_unused
from shared.session.stored.quota import Quota
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.session.stored.tombstones import Tombstones


class Forked(NamedTuple):
    """The new instances' ids, and whether the same call had made them before."""

    instance_ids: list[str]
    replayed: bool = False


class Forking:
    """Makes the twins of one store's instances."""

    def __init__(self, snapshots: Snapshots, live: LiveCache, quota: Quota) -> None:
        self._snapshots = snapshots
        self._live = live
        self._quota = quota
        self._tombstones = Tombstones(snapshots.objects)

    async def fork(
        self,
        reference: Reference,
        count: int,
        reseed: int | None,
        if_match: int | None = None,
        keyed: Keyed | None = None,
    ) -> Forked:
        """New instances that are exact twins of this one, or differ in their random generators alone.

        With `reseed`, the generators of fork number `i` are made anew from
        `numpy.random.SeedSequence(reseed, spawn_key=(i,))` before its next call.

        Raises:
            InstanceNotFound: there is no such instance.
            StaleRevision: it is not at the revision `if_match`.
            KeyReused: the key came with another request before.
            QuotaExceeded: the owner would have more than one may have.
            StoreFailed: not all could be written; the sentence says what became of those that were.
        """
        if keyed is None:
            origin = await self._origin(reference, if_match, None)
            twins = _twins(origin.header, [str(uuid.uuid4()) for _ in range(count)], reseed, b"")
            async with self._quota.room(reference.owner, count):
                await self._write_or_take_back(twins, origin.body)
            return Forked([twin.instance_id for twin in twins])
        ids = [keyed.instance_id(number) for number in range(count)]
        first = Reference(reference.owner, ids[0])
        claim = await self._claimed(first, keyed)
        if claim is None:
            if await self._tombstones.made_before(first, keyed):
                return Forked(ids, replayed=True)
            origin = await self._origin(reference, if_match, keyed)
            [first_twin] = _twins(origin.header, ids[:1], reseed, keyed.body)
            # Room is for all of them; what the claim stands for may be completed beyond the limit.
            async with self._quota.room(reference.owner, count):
                claim = await self._snapshots.add(first_twin, origin.body)
            check_same(claim.header.made_by, keyed)
        elif await self._snapshots.index.has(claim.header):
            return Forked(ids, replayed=True)
        await self._complete(claim, _others(claim.header, ids, reseed))
        return Forked(ids)

    async def _origin(self, reference: Reference, if_match: int | None, keyed: Keyed | None) -> Loaded:
        async with self._live.lock(reference):
            origin = await self._snapshots.load(reference)
        check_revision(origin.header, if_match)
        check_unused(origin.header, keyed)
        return origin

    async def _claimed(self, first: Reference, keyed: Keyed) -> Loaded | None:
        """The first twin, if the same call came before."""
        try:
            claim = await self._snapshots.load(first)
        except InstanceNotFound:
            return None
        check_same(claim.header.made_by, keyed)
        return claim

    async def _complete(self, claim: Loaded, others: Sequence[Header]) -> None:
        """Write the other twins, then the index entries of all, the first one's last."""
        try:
            await _all(self._snapshots.add(header, claim.body) for header in others)
            await _all(self._snapshots.index.add(header) for header in others)
            await self._snapshots.index.add(claim.header)
        except StoreFailed as error:
            raise StoreFailed(
                "The store failed while forks were written; repeat the call with its Idempotency-Key, and "
                "they are completed."
            ) from error

    async def _write_or_take_back(self, twins: Sequence[Header], body: bytes) -> None:
        """Write all the twins, or none."""
        written = await asyncio.gather(*(self._listed(header, body) for header in twins), return_exceptions=True)
        causes = [result for result in written if isinstance(result, BaseException)]
        if not causes:
            return
        standing = [result for result in written if isinstance(result, Loaded)]
        gone = await asyncio.gather(*map(self._snapshots.delete, standing), return_exceptions=True)
        left = [
            loaded.header.instance_id
            for loaded, failure in zip(standing, gone, strict=True)
            if failure is not None
        ]
        what = f"these exist and may be closed: {', '.join(left)}" if left else "none was left behind; try again"
        raise StoreFailed(f"The store failed while forks were written; {what}.", left_behind=left) from causes[0]

    async def _listed(self, header: Header, body: bytes) -> Loaded:
        loaded = await self._snapshots.add(header, body)
        await self._snapshots.index.add(header)
        return loaded


async def _all(writes: Iterable[Awaitable[object]]) -> None:
    """Wait for every one of them, and raise the first of their errors then."""
    for result in await asyncio.gather(*writes, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result


def _twins(origin: Header, ids: Sequence[str], reseed: int | None, made_by: bytes) -> list[Header]:
    """The headers of the forks with these ids, the first of which is fork number 0."""
    first = msgspec.structs.replace(
        origin,
        instance_id=ids[0],
        made_by=made_by,
        created=time.time(),
        revision=0,
        recent=b"",
        keyed=(),
        origin=(origin.instance_id, origin.revision),
        reseed=origin.reseed if reseed is None else (reseed, 0),
    )
    return [first, *_others(first, ids, reseed)]


def _others(first: Header, ids: Sequence[str], reseed: int | None) -> list[Header]:
    """The headers of the forks that are made together with the first."""
    return [
        msgspec.structs.replace(
            first,
            instance_id=instance_id,
            reseed=first.reseed if reseed is None else (reseed, number),
        )
        for number, instance_id in enumerate(ids[1:], start=1)
    ]
