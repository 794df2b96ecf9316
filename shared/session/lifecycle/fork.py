"""Forks: `count` new headers over one body that is already stored.

With an idempotency key, the first twin is written before the others and serves as the claim: whoever repeats the
call, in any process, completes the set from it. The claim's index entry is written last and marks the set as
complete, so a repeated call does not touch twins that were stepped or closed since.
"""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from shared.errors import InstanceNotFound, StoreFailed
from shared.session.inventory.quota import Amount, Quota
from shared.session.lifecycle.checkpoints import Past
from shared.session.lifecycle.take_back import left_behind
from shared.session.live.cache import LiveCache
from shared.session.record.growth import begun_like
from shared.session.record.segments import Segments
from shared.session.stored.envelope import sealed_size
from shared.session.stored.header import Expected, Header, check_revision
from shared.session.stored.idempotency import Keyed, check_same, check_unused
from shared.session.stored.in_parts import in_parts
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded, Snapshots

_FEW = 4
"""So many forks are no bulk work."""


class Forked(NamedTuple):
    """The ids of the new instances."""

    instance_ids: list[str]
    replayed: bool = False
    """Whether the same call had made them before."""


class Forking:
    """Forks the instances of one store."""

    def __init__(
        self, snapshots: Snapshots, bulk: Snapshots, segments: Segments, live: LiveCache, quota: Quota
    ) -> None:
        """`bulk` are the same snapshots by the way of bulk work, for forks of many."""
        self._snapshots = snapshots
        self._bulk = bulk
        self._segments = segments
        self._live = live
        self._quota = quota

    async def fork(
        self,
        reference: Reference,
        count: int,
        reseed: int | None,
        if_match: Expected = None,
        keyed: Keyed | None = None,
        past: Past | None = None,
    ) -> Forked:
        """Create `count` exact twins of the instance, or with `past` of what it was.

        With `reseed`, they differ in their random generators alone: those of twin `i` are seeded from
        `numpy.random.SeedSequence(reseed, spawn_key=(i,))` before its next call.

        Raises:
            InstanceNotFound: there is no such instance.
            StaleRevision: it is not at the revision `if_match`.
            KeyReused: the key came with another request before.
            QuotaExceeded: the owner would have more instances than allowed, or their snapshots take more bytes.
            StoreFailed: not all twins could be written; the message says what became of the others.
        """
        if keyed is not None:
            return await self._fork_once(reference, count, reseed, if_match, keyed, past)
        origin = await self._origin(reference, if_match, None, past)
        twins = self._twins(origin.header, [str(uuid.uuid4()) for _ in range(count)], reseed, b"")
        async with self._quota.room(reference.owner, _amount(twins, origin.body)):
            await self._segments.beside.branch(origin.header, [twin.instance_id for twin in twins])
            await self._write_all_or_none(twins, origin.body)
        return Forked([twin.instance_id for twin in twins])

    async def _fork_once(
        self,
        reference: Reference,
        count: int,
        reseed: int | None,
        if_match: Expected,
        keyed: Keyed,
        past: Past | None,
    ) -> Forked:
        """Fork with a key: write the claim, or find the one of an earlier attempt, and complete the set."""
        ids = [keyed.instance_id(number) for number in range(count)]
        first = Reference(reference.owner, ids[0])
        claim = await self._claim(first, keyed)
        if claim is None:
            if await self._snapshots.tombstones.made_before(first, keyed):
                return Forked(ids, replayed=True)
            origin = await self._origin(reference, if_match, keyed, past)
            twins = self._twins(origin.header, ids, reseed, keyed.body)
            # Room for the whole set is taken once: completing it later may exceed the limit.
            async with self._quota.room(reference.owner, _amount(twins, origin.body)):
                await self._segments.beside.branch(origin.header, ids)
                claim = await self._snapshots.add(twins[0], origin.body)
            check_same(claim.header.made_by, keyed)
        elif await self._snapshots.index.has(claim.header):
            return Forked(ids, replayed=True)
        await self._complete(claim, _others(claim.header, ids, reseed))
        return Forked(ids)

    def _twins(self, origin: Header, ids: Sequence[str], reseed: int | None, made_by: bytes) -> list[Header]:
        """The headers of the twins with these ids, in order; the first is twin 0."""
        first = msgspec.structs.replace(
            origin,
            instance_id=ids[0],
            made_by=made_by,
            created=self._snapshots.clock.now(),
            revision=0,
            recent=b"",
            keyed=(),
            turn=None,
            origin=(origin.instance_id, origin.revision),
            log=begun_like(origin),
            name="",
            reseed=origin.reseed if reseed is None else (reseed, 0),
            # A seed would make the forks' new generators equal again.
            drawn_seed=origin.drawn_seed if reseed is None else None,
        )
        return [first, *_others(first, ids, reseed)]

    async def _origin(
        self, reference: Reference, if_match: Expected, keyed: Keyed | None, past: Past | None
    ) -> Loaded:
        async with self._live.lock(reference):
            origin = await self._snapshots.load(reference)
        check_revision(origin.header, if_match)
        check_unused(origin.header, keyed)
        if past is None:
            return origin
        then = await past()
        header = msgspec.structs.replace(then.header, checkpoint_id="", checkpoint_name="", log=origin.header.log)
        return then._replace(header=header)

    async def _claim(self, first: Reference, keyed: Keyed) -> Loaded | None:
        """The first twin of an earlier attempt at the same call; None if there is none."""
        try:
            claim = await self._snapshots.load(first)
        except InstanceNotFound:
            return None
        check_same(claim.header.made_by, keyed)
        return claim

    async def _complete(self, claim: Loaded, others: Sequence[Header]) -> None:
        """Write the other twins, then all index entries, the claim's last."""
        try:
            to = self._way(len(others))
            await in_parts(to.objects, lambda twin: to.add(twin, claim.body), others)
            await in_parts(to.objects, to.index.add, others)
            await self._snapshots.index.add(claim.header)
        except StoreFailed as error:
            raise StoreFailed(
                "The store failed while forks were written; repeat the call with its Idempotency-Key to complete "
                "them."
            ) from error

    async def _write_all_or_none(self, twins: Sequence[Header], body: bytes) -> None:
        """Write all twins. If one fails, take all back; what may be left is named in the error."""
        written: list[tuple[Header, Loaded | BaseException]] = []
        to = self._way(len(twins))

        async def add(header: Header) -> None:
            try:
                written.append((header, await to.add(header, body)))
            except BaseException as error:
                written.append((header, error))
                raise
            await to.index.add(header)

        try:
            await in_parts(to.objects, add, twins)
        except Exception as error:  # whatever it is, no twin is to stay that nobody knows of
            left = await left_behind(to, written)
            what = f"these may be left and can be closed: {', '.join(left)}" if left else "none was left behind"
            raise StoreFailed(
                f"The store failed while forks were written; {what}; try again.", left_behind=left
            ) from error

    def _way(self, count: int) -> Snapshots:
        """How so many twins are written: a few before others' bulk work."""
        return self._snapshots if count <= _FEW else self._bulk


def _amount(twins: Sequence[Header], body: bytes) -> Amount:
    return Amount(len(twins), sum(sealed_size(twin, body) for twin in twins))


def _others(first: Header, ids: Sequence[str], reseed: int | None) -> list[Header]:
    """The headers of the twins after the first, made from its header."""
    return [
        msgspec.structs.replace(
            first,
            instance_id=instance_id,
            reseed=first.reseed if reseed is None else (reseed, number),
        )
        for number, instance_id in enumerate(ids[1:], start=1)
    ]
