"""Keeping states that an instance could come to as instances of their own: forks that have gone on already.

With an idempotency key, their ids follow from it. The first of them is the claim, and its index entry, which is
written last, marks the set as complete, as for other forks.
"""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from shared.errors import InstanceNotFound, KeyReused, ReplyGone, StoreFailed
from shared.session.inventory.quota import Amount, Quota
from shared.session.lifecycle.take_back import left_behind
from shared.session.record.growth import begun_like, grown
from shared.session.record.recorder import Recorder
from shared.session.record.segments import Segments
from shared.session.stored.envelope import sealed_size
from shared.session.stored.header import Header
from shared.session.stored.idempotency import Keyed, check_same
from shared.session.stored.in_parts import in_parts
from shared.session.stored.progress import Progress
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.snapshot.versions.compatibility import Dependencies


class State(NamedTuple):
    """A state to be kept."""

    body: bytes
    progress: Progress
    dependencies: Dependencies
    recorder: Recorder | None = None
    """What led there from the origin, where that records."""
    reseed: tuple[int, int] | None = None
    """What the origin's generators were seeded from before, if they were."""

    @property
    def size(self) -> int:
        """Bytes of memory that it takes, about."""
        return len(self.body) + (0 if self.recorder is None else self.recorder.size)


class Keeping:
    """Keeps states as instances of one store."""

    def __init__(self, snapshots: Snapshots, segments: Segments, quota: Quota) -> None:
        self._snapshots = snapshots
        self._segments = segments
        self._quota = quota

    async def ids(self, origin: Header, count: int, keyed: Keyed | None) -> tuple[list[str], bool]:
        """The ids of so many new instances, and whether the same call has made all of them before.

        Raises:
            KeyReused: the key came with another request before.
            ReplyGone: the call came before, and the origin has gone on or an instance was closed since.
        """
        if keyed is None or not count:
            return [str(uuid.uuid4()) for _ in range(count)], False
        ids = [keyed.instance_id(number) for number in range(count)]
        first = Reference(origin.owner, ids[0])
        try:
            claim = await self._snapshots.load(first)
        except InstanceNotFound:
            if await self._snapshots.tombstones.made_before(first, keyed):
                raise _gone(ids) from None
            return ids, False
        check_same(claim.header.made_by, keyed)
        if claim.header.origin != (origin.instance_id, origin.revision):
            raise _gone(ids)
        return ids, await self._snapshots.index.has(claim.header)

    async def keep(self, origin: Loaded, ids: Sequence[str], states: Sequence[State], keyed: Keyed | None) -> None:
        """Write the states as instances with these ids: all, or none where the call has no key.

        The log of one that records begins with the origin, and has what led from there as its first entry.

        Raises:
            QuotaExceeded: the owner would have more instances, or bytes, than allowed.
            SnapshotTooLarge: a state is larger than an instance may be.
            StoreFailed: not all could be written; the message says what became of the others.
        """
        for state in states:
            self._snapshots.check_size(state.body)
            if state.recorder is not None:
                self._segments.check_size(state.recorder)
        headers = [self._header(origin.header, *each, keyed) for each in zip(ids, states, strict=True)]
        size = sum(sealed_size(header, state.body) for header, state in zip(headers, states, strict=True))
        async with self._quota.room(origin.header.owner, Amount(len(ids), size)):
            await self._segments.beside.branch(origin.header, ids)
            await self._write(origin, headers, states, keyed)

    async def _write(
        self, origin: Loaded, headers: Sequence[Header], states: Sequence[State], keyed: Keyed | None
    ) -> None:
        written: list[tuple[Header, Loaded | BaseException]] = []

        async def add(header: Header, state: State) -> None:
            header = await self._recorded(origin, header, state)
            try:
                written.append((header, await self._snapshots.add(header, state.body)))
            except BaseException as error:
                written.append((header, error))
                raise

        try:
            for header, state in zip(headers, states, strict=True):
                await add(header, state)
            await in_parts(self._snapshots.objects, self._snapshots.index.add, headers[1:])
            await self._snapshots.index.add(headers[0])
        except Exception as error:  # whatever it is, no instance is to stay that nobody knows of
            if isinstance(error, KeyReused | ReplyGone):
                raise
            if keyed is not None:
                raise StoreFailed(
                    "The store failed while futures were kept; repeat the call with its Idempotency-Key to "
                    "complete them."
                ) from error
            left = await left_behind(self._snapshots, written)
            what = f"these may be left and can be closed: {', '.join(left)}" if left else "none was left behind"
            raise StoreFailed(
                f"The store failed while futures were kept; {what}; try again.", left_behind=left
            ) from error

    async def _recorded(self, origin: Loaded, header: Header, state: State) -> Header:
        """The header with a log of what led to the state, which made the first revision."""
        recorder, log = state.recorder, header.log
        if recorder is None or log is None or not recorder.calls:
            return header
        began = msgspec.structs.replace(
            header,
            progress=origin.header.progress,
            used=header.created,
            reseed=state.reseed,
            libraries=origin.header.libraries,
            digests=origin.header.digests,
            cpu=origin.header.cpu,
        )
        log = await self._segments.seal(origin._replace(header=began), log)
        began = msgspec.structs.replace(began, log=log)
        recorder.marks = await self._segments.keep(recorder, began, state.dependencies)
        return msgspec.structs.replace(header, revision=1, log=grown(log, began.used, began.used, recorder))

    def _header(self, origin: Header, instance_id: str, state: State, keyed: Keyed | None) -> Header:
        libraries, digests, cpu = state.dependencies
        return msgspec.structs.replace(
            origin,
            instance_id=instance_id,
            checkpoint_id="",
            checkpoint_name="",
            made_by=b"" if keyed is None else keyed.body,
            created=self._snapshots.clock.now(),
            revision=0,
            progress=state.progress,
            recent=b"",
            keyed=(),
            turn=None,
            origin=(origin.instance_id, origin.revision),
            log=begun_like(origin),
            name="",
            reseed=None,
            libraries=libraries,
            digests=digests,
            cpu=cpu,
        )


def _gone(ids: list[str]) -> ReplyGone:
    return ReplyGone(
        "The call with this key was applied, and its reply is not stored; the instances that it kept are "
        f"{', '.join(ids)} as far as they were not closed since.",
        instance_ids=ids,
    )
