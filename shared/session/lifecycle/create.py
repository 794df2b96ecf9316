"""Creation: make an environment, find the mechanism that captures it exactly, store its first snapshot."""

import secrets
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

import msgspec

from shared.errors import InstanceNotFound, NotCreatable
from shared.session.inventory.quota import Amount, Quota
from shared.session.lifecycle.first_write import first_written
from shared.session.lifecycle.trials import Gone, Trials
from shared.session.live.cache import LiveCache
from shared.session.live.environment import LiveEnvironment
from shared.session.live.placement import Placement, Thread
from shared.session.live.restore import closed
from shared.session.record.growth import begun
from shared.session.stored.clock import StoreClock
from shared.session.stored.envelope import sealed_size
from shared.session.stored.header import Header
from shared.session.stored.idempotency import Keyed, check_same
from shared.session.stored.progress import Progress
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Snapshots
from shared.snapshot.conformance.selection import needs_trial
from shared.snapshot.contract.mechanism import Home, Mechanism, Subject, versions_in
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.arguments import check_kwargs, check_repeats
from shared.snapshot.making.make import check_registered, make
from shared.snapshot.making.vector import adopt_to_serve, begun_to_serve
from shared.snapshot.registry import libraries_of, proved_mechanism
from shared.snapshot.versions.compatibility import dependencies_here
from shared.wire.spaces.one_text import keys_with_one_text

_STAYS = (Home.WORKER, Home.EITHER, Home.ALONE)
"""Homes whose environments live where they are made."""

_DRAWN_BITS = 31
"""Of a drawn seed: environments pass theirs to generators that take 32 bits, signed or not."""


class _First(NamedTuple):
    """A new environment, and the header and body of its first snapshot."""

    thread: Thread
    subject: Subject
    mechanism: Mechanism
    header: Header
    body: bytes


class Creation:
    """Creates the instances of one store."""

    def __init__(
        self, snapshots: Snapshots, live: LiveCache, quota: Quota, placement: Placement, trials: Trials
    ) -> None:
        self._snapshots = snapshots
        self._live = live
        self._quota = quota
        self._placement = placement
        self._trials = trials

    async def create(
        self,
        owner: str,
        recipe: Recipe,
        modules: Iterable[str],
        keyed: Keyed | None = None,
        instance_id: str | None = None,
        gone: Gone | None = None,
        affinity: str | None = None,
        record: bool = False,
        name: str = "",
    ) -> Header:
        """Create an instance and store its first snapshot. For a repeated call, ask `made_before` first.

        Without `instance_id`, the id is derived from the key, or is a uuid4 if there is no key. `gone` ends the
        wait for a trial. `affinity` is the instance whose calls are sent to this process, where that is known: the
        calls on another go elsewhere, so it is not kept live here. With `record`, every call on it is recorded.
        `name` is that of the recording.

        Raises:
            NotCreatable: Gymnasium refused, or the environment's trial failed.
            NotExact: no mechanism captures the environment exactly.
            SnapshotTooLarge: its first snapshot is over the limit.
            QuotaExceeded: the owner has as many instances as allowed, or their snapshots take as many bytes.
            KeyReused: the key came with another request before.
            Contended, StoreFailed: the snapshot could not be written, or `instance_id` is taken.
        """
        new_id = instance_id or (str(uuid.uuid4()) if keyed is None else keyed.instance_id(0))
        self.check(recipe, modules)
        async with self._quota.room(owner, Amount(envs=1)):
            first = await self._first(Reference(owner, new_id), recipe, modules, gone)
            if record or name:
                log = begun(0) if record else None
                first = first._replace(header=msgspec.structs.replace(first.header, log=log, name=name))
            return await self._store(first, keyed, stays=affinity in (None, new_id))

    def check(self, recipe: Recipe, modules: Iterable[str]) -> None:
        """Refuse what need not be tried to be refused.

        Raises:
            NotCreatable: it is not registered, or its arguments are out of bounds.
        """
        check_registered(recipe.env_id, modules)
        check_kwargs(recipe.env_id, recipe.kwargs, recipe.num_envs or 1)
        check_repeats(recipe)

    async def needs_trial(self, recipe: Recipe) -> bool:
        """Whether an environment has to be tried before it is served. Where its id does not tell, one is made.

        A family's environment may be made in such a way that no mechanism of the family carries it.

        Raises:
            NotCreatable: Gymnasium refused.
        """
        if needs_trial(recipe):
            return True
        worker = self._placement.worker()
        env = await worker.run(_made, recipe)
        try:
            return await worker.run(proved_mechanism, env) is None
        finally:
            await closed(worker, env)

    async def made_before(self, owner: str, keyed: Keyed | None) -> str | None:
        """The id of the instance that the same call created before, even if that is deleted by now; None if new.

        Raises:
            KeyReused: the key came with another request then.
        """
        if keyed is None:
            return None
        reference = Reference(owner, keyed.instance_id(0))
        try:
            header = await self._snapshots.header(reference)
        except InstanceNotFound:
            deleted = await self._snapshots.tombstones.made_before(reference, keyed)
            return reference.instance_id if deleted else None
        check_same(header.made_by, keyed)
        # The first attempt may have ended between the snapshot and its index entry.
        await self._snapshots.index.add(header)
        return header.instance_id

    async def _first(
        self, reference: Reference, recipe: Recipe, modules: Iterable[str], gone: Gone | None
    ) -> _First:
        """Make the environment on a worker; one that is not known is tried in a child process before."""
        owner = reference.owner
        mechanism = (
            (await self._trials.verdict(owner, recipe, modules, gone)).selected() if needs_trial(recipe) else None
        )
        if mechanism is not None and mechanism.home is Home.ALONE:
            worker, begin = (
                self._placement.beside_loop(Home.ALONE),
                partial(begun_to_serve, mechanism, recipe, _made),
            )
            return await worker.run(
                _first_snapshot, worker, reference, recipe, mechanism, begin, self._snapshots.clock
            )
        worker = self._placement.worker()
        env = await worker.run(_made, recipe)
        try:
            mechanism = (
                mechanism
                or proved_mechanism(env)
                or (await self._trials.verdict(owner, recipe, modules, gone)).selected()
            )
        except BaseException:
            await closed(worker, env)
            raise
        begin = partial(adopt_to_serve, mechanism, env, recipe)
        return await worker.run(
            _first_snapshot, worker, reference, recipe, mechanism, begin, self._snapshots.clock
        )

    async def _store(self, first: _First, keyed: Keyed | None, stays: bool) -> Header:
        """Write the first snapshot and its index entry, and keep the environment live if it is the stored one.

        It is closed all the same unless it `stays`.
        """
        try:
            self._snapshots.check_size(first.body)
            header = msgspec.structs.replace(first.header, made_by=b"" if keyed is None else keyed.body)
            async with self._quota.room(header.owner, Amount(size=sealed_size(header, first.body))):
                saved = await first_written(self._snapshots, header, first.body, keyed)
        except BaseException:
            await closed(first.thread, first.subject)
            raise
        # Another process may have created it with the same key: then its environment drew other random numbers.
        if stays and first.mechanism.home in _STAYS and saved.body == first.body:
            async with self._live.lock(header.reference):
                await self._live.put(LiveEnvironment(first.subject, first.thread, saved))
        else:
            await closed(first.thread, first.subject)
        return saved.header


def _made(recipe: Recipe) -> Any:
    """A new environment, whose values can be told.

    Raises:
        NotCreatable: it cannot be made, or two keys of one of its spaces are one text in JSON.
    """
    env = make(recipe)
    for name in ("action_space", "observation_space"):
        collision = keys_with_one_text(getattr(env, name))
        if collision is not None:
            env.close()
            raise NotCreatable(
                f"The {name} has the keys {collision[0]!r} and {collision[1]!r}, which are one text in JSON; give "
                "them different ones.",
                env_id=recipe.env_id,
            )
    return env


def _first_snapshot(
    thread: Thread,
    reference: Reference,
    recipe: Recipe,
    mechanism: Mechanism,
    begin: Callable[[], tuple[Subject, bytes]],
    clock: StoreClock,
) -> _First:
    subject, body = begin()
    libraries = libraries_of(mechanism, recipe)
    now, written = clock.now(), dependencies_here([*libraries, *versions_in(mechanism, body)])
    header = Header(
        owner=reference.owner,
        instance_id=reference.instance_id,
        recipe=recipe,
        mechanism=mechanism.name,
        libraries=libraries,
        cpu=written.cpu,
        created=now,
        used=now,
        revision=0,
        nonce=b"",
        progress=Progress(),
        drawn_seed=secrets.randbits(_DRAWN_BITS) if recipe.seed is None else None,
        digests=dict(written.digests),
    )
    return _First(thread, subject, mechanism, header, body)
