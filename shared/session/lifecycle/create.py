"""New instances: making an environment, finding the mechanism that carries it, storing its first snapshot."""

import asyncio
import time
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import msgspec

from shared.errors import Contended, InstanceNotFound, SnapshotTooLarge
from shared.session.catalog import catalog
from shared.session.live.cache import Live, LiveCache, closed
from shared.session.live.placement import Placement
from shared.session.stored.header import Header
from shared.session.stored.idempotency import Keyed, check_same
from shared.session.stored.progress import Progress
from shared.session.stored.quota import Quota
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Snapshots, check_size
from shared.session.stored.tombstones import Tombstones
from shared.session.stored.verdicts import Verdicts
from shared.snapshot.codec.compatibility import cpu_features
from shared.snapshot.conformance.selection import Verdict, confined, in_confinement, is_known, subject_of_trial
from shared.snapshot.contract.mechanism import Home, Mechanism, Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.child_process import Limits
from shared.snapshot.making.arguments import check_kwargs
from shared.snapshot.making.make import check_registered, make
from shared.snapshot.making.vector import adopt
from shared.snapshot.registry import libraries_of, proved_mechanism


class _First(NamedTuple):
    subject: Subject
    header: Header
    body: bytes


class Creation:
    """Makes the instances of one store."""

    def __init__(
        self,
        snapshots: Snapshots,
        threads: Placement,
        live: LiveCache,
        quota: Quota,
        limits: Limits,
        max_snapshot_bytes: float,
    ) -> None:
        self._snapshots = snapshots
        self._placement = threads
        self._limits = limits
        self._trials: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._live = live
        self._quota = quota
        self._max_snapshot_bytes = max_snapshot_bytes
        self._verdicts = Verdicts(snapshots.objects)
        self._tombstones = Tombstones(snapshots.objects)

    async def create(
        self,
        owner: str,
        recipe: Recipe,
        modules: Iterable[str],
        keyed: Keyed | None = None,
        instance_id: str | None = None,
    ) -> Header:
        """Make a new instance and store its first snapshot; of a repeated call `made_before` knows.

        Without an id it gets a uuid4, which follows from the key if there is one.

        Raises:
            NotCreatable: Gymnasium refused, or the environment's first trial came to a bad end.
            NotExact: no mechanism carries the environment.
            SnapshotTooLarge: its first snapshot is over the limit.
            QuotaExceeded: the owner has as many as one may have.
            KeyReused: the key came with another request before.
            Contended, OutcomeUnknown: the snapshot could not be written, or the given id is another instance's.
        """
        new_id = instance_id or (str(uuid.uuid4()) if keyed is None else keyed.instance_id(0))
        reference = Reference(owner, new_id)
        check_registered(recipe.env_id, modules)
        check_kwargs(recipe.env_id, recipe.kwargs, recipe.num_envs or 1)
        async with self._quota.room(owner, 1):
            return await self._created(reference, recipe, modules, keyed)

    async def _created(
        self, reference: Reference, recipe: Recipe, modules: Iterable[str], keyed: Keyed | None
    ) -> Header:
        worker = self._placement.worker()
        tried = None if is_known(recipe) else await self._verdict(recipe, modules)
        mechanism = None if tried is None else tried.chosen()
        env = await worker.run(make, recipe)
        mechanism = mechanism or proved_mechanism(env) or (await self._verdict(recipe, modules)).chosen()
        first = await worker.run(_first, reference, recipe, env, mechanism)
        try:
            check_size(first.body, self._max_snapshot_bytes)
        except SnapshotTooLarge:
            await closed(worker, first.subject)
            raise
        header = msgspec.structs.replace(first.header, made_by=b"" if keyed is None else keyed.body)
        saved = await self._snapshots.add(header, first.body)
        check_same(saved.header.made_by, keyed)
        if keyed is None and saved.header.created != header.created:
            await closed(worker, first.subject)
            raise Contended("Another instance got the same id at this moment; try again.", retry_after=1)
        await self._snapshots.index.add(saved.header)
        # What another process wrote with the same key is another environment's.
        if mechanism.home in (Home.WORKER, Home.EITHER) and saved.body == first.body:
            async with self._live.lock(reference):
                await self._live.put(Live(first.subject, worker, saved))
        else:
            await closed(worker, first.subject)
        return saved.header

    async def made_before(self, owner: str, keyed: Keyed | None) -> str | None:
        """The id of the instance that the same call made when it first came, whatever became of it.

        Raises:
            KeyReused: the key came with another request then.
        """
        if keyed is None:
            return None
        reference = Reference(owner, keyed.instance_id(0))
        try:
            header = await self._snapshots.header(reference)
        except InstanceNotFound:
            return reference.instance_id if await self._tombstones.made_before(reference, keyed) else None
        check_same(header.made_by, keyed)
        # The first attempt may have broken off before it came to the index.
        await self._snapshots.index.add(header)
        return header.instance_id

    async def describe(self, env_id: str, modules: Iterable[str]) -> dict[str, Any]:
        """One environment's entry in the catalogue; one that the shipped table lacks is made to be described.

        Raises:
            NotCreatable: it is not registered, cannot be made, or came to a bad end while it was.
        """
        check_registered(env_id, modules)
        known = catalog.shipped(env_id)
        if known is not None:
            return known
        return await self._placement.trial().run(
            in_confinement, env_id, self._limits_now(), catalog.described, env_id, tuple(modules)
        )

    async def _verdict(self, recipe: Recipe, modules: Iterable[str]) -> Verdict:
        """What the trial of such environments came to, here or in another process before."""
        subject = subject_of_trial(recipe)
        lock = self._trials.setdefault(subject, asyncio.Lock())
        async with lock:
            verdict = await self._verdicts.get(subject)
            if verdict is None or not verdict.holds():
                verdict = await self._placement.trial().run(confined, recipe, modules, self._limits_now())
                await self._verdicts.put(subject, verdict)
        return verdict

    def _limits_now(self) -> Limits:
        return replace(self._limits, seconds=min(self._limits.seconds, self._placement.limit.left()))


def _first(reference: Reference, recipe: Recipe, env: Any, mechanism: Mechanism) -> _First:
    """The first snapshot of a new environment, and the environment as its mechanism tends it."""
    subject = adopt(mechanism, env, recipe)
    now = time.time()
    header = Header(
        owner=reference.owner,
        instance_id=reference.instance_id,
        recipe=recipe,
        mechanism=mechanism.name,
        libraries=libraries_of(mechanism, recipe),
        cpu=cpu_features(),
        created=now,
        used=now,
        revision=0,
        nonce=b"",
        progress=Progress(),
    )
    return _First(subject, header, subject.capture())
