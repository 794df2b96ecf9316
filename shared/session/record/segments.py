"""The segments of logs: what has grown too long for the tail that the state itself has.

A segment is the instance's own header at its last revision, with that tail, signed as every snapshot is. Its body
is a keyframe, where replaying the calls since the one before takes long, else empty. All of it follows from the
stored state, so a segment that is written twice, or by two processes at once, is the same one.
"""

import zlib
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, cast

import msgspec

from shared.errors import (
    HistoryDamaged,
    OutcomeUnknown,
    SnapshotIncompatible,
    SnapshotTooLarge,
    SnapshotUnusable,
    StoreUnavailable,
)
from shared.session.record.beside import PREFIX, Beside, folder_of
from shared.session.record.entries import NAME_BYTES, Mark
from shared.session.record.recorder import KEYFRAME_US, Recorder
from shared.session.record.tally import summarised
from shared.session.stored.envelope import content_digest
from shared.session.stored.header import Header, Log
from shared.session.stored.in_parts import in_parts
from shared.session.stored.reference import Reference
from shared.session.stored.retry import Retry
from shared.session.stored.snapshots import Loaded, Snapshots
from shared.snapshot.versions.compatibility import Dependencies
from shared.storage.protocol import ABSENT, Absent, Conflict, Entry, Stored, Tag

TAIL_BYTES = 2048
"""A longer tail becomes a segment before the next call.

Every step writes and signs the tail; a seal costs as much as a step. Over 3,000 SQLite writes two pages a step.
"""

LARGEST_ENTRY_BYTES = 1 << 23
"""The most bytes of one call's entry: every action of a rollout is in it."""

_LOADING_US = 2 * KEYFRAME_US
"""What restoring one that was never reset may take: Atari loads its game. So a keyframe follows the first call."""

END = "end"
"""The name of the last state of a closed instance; it sorts behind those of segments."""

_DIGITS = 16
_BEHIND_ALL = "\U0010ffff"


def is_full(log: Log) -> bool:
    """Whether the log is sealed before the next call."""
    return (len(log.tail) > TAIL_BYTES or log.replay_us > KEYFRAME_US) and log.on


def name_of(revision: int) -> str:
    """The name of the segment that ends at the revision."""
    return f"{revision:0{_DIGITS}d}"


class Segment(NamedTuple):
    """A segment, a keyframe within a rollout, or the end of a closed instance."""

    header: Header
    """The instance's at that revision; the last part of its `checkpoint_id` is the segment's name."""
    body: bytes
    """The state at that revision; empty where there is no keyframe."""
    digest: bytes
    """That by which the next segment names it."""


class Segments:
    """The segments of one store."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._objects = snapshots.objects
        self.beside = Beside(snapshots.objects)
        """What is kept beside the segments of a log."""

    def check_size(self, recorder: Recorder) -> None:
        """Check the size of an entry before it is added.

        Raises:
            SnapshotTooLarge: it is over the limit.
        """
        size = sum(map(len, recorder.calls))
        if size > LARGEST_ENTRY_BYTES:
            raise SnapshotTooLarge(
                f"The call's entry in the log would take {size} bytes, and {LARGEST_ENTRY_BYTES} is the most; "
                "apply fewer actions in one call, or stop recording.",
                size=size,
                limit=LARGEST_ENTRY_BYTES,
            )

    async def ready(self, loaded: Loaded) -> Log | None:
        """The instance's log as the next entry is added to it; sealed before, if it is full.

        Raises:
            StoreUnavailable: the segment could not be written.
        """
        log = loaded.header.log
        if log is None or not is_full(log):
            return log
        return await self.seal(loaded, log)

    async def seal(self, loaded: Loaded, log: Log) -> Log:
        """Write the stored tail as a segment; the log without it.

        Raises:
            StoreUnavailable: it could not be written.
        """
        revision, has_keyframe = loaded.header.revision, log.replay_us > KEYFRAME_US
        counted, tally = summarised(loaded.header, log)
        header = msgspec.structs.replace(_slim(loaded.header, f"{log.birth}/{name_of(revision)}"), log=counted)
        if not has_keyframe:  # nothing is restored from it
            header = msgspec.structs.replace(header, libraries={}, digests={}, cpu="")
        content = self._snapshots.sealed(header, zlib.compress(loaded.body, 1) if has_keyframe else b"")
        digest = await self._written(header, content, loaded.body if has_keyframe else b"")
        if has_keyframe:
            never_reset = not log.previous and loaded.header.progress.episode == 0
            replay_us = _LOADING_US if never_reset else 0
            return Log(log.birth, b"", revision, digest, revision, replay_us, tally=tally)
        return Log(log.birth, b"", revision, digest, log.keyframe, log.replay_us, tally=tally)

    async def keep(self, recorder: Recorder, before: Header, dependencies: Dependencies) -> list[Mark]:
        """Write the keyframes within the rollout that makes the revision after `before`.

        Raises:
            StoreUnavailable, OutcomeUnknown: one could not be written.
        """
        log, marks = before.log, []
        assert log is not None
        libraries, digests, cpu = dependencies
        for taken in recorder.taken:
            header = msgspec.structs.replace(
                _slim(before, ""),
                revision=before.revision + 1,
                progress=taken.progress,
                libraries=libraries,
                digests=digests,
                cpu=cpu,
                reseed=None,
                log=None,
            )
            name = content_digest(self._snapshots.sealed(header, taken.body))[:NAME_BYTES]
            header = msgspec.structs.replace(header, checkpoint_id=f"{log.birth}/k{name.hex()}")
            await self._objects.put(_key(header.reference), self._snapshots.sealed(header, taken.body))
            marks.append(Mark(taken.k, name))
        return marks

    async def read(self, reference: Reference, birth: str, name: str) -> Segment:
        """A segment, or a keyframe, by the last part of its key.

        Raises:
            HistoryDamaged: it is missing, or not as it was written.
        """
        within = reference.instance._replace(checkpoint_id=f"{birth}/{name}")
        stored = await self._objects.get(_key(within))
        if not isinstance(stored, Stored):
            raise HistoryDamaged(f"The segment {birth}/{name} of the instance's log is missing.", segment=name)
        try:
            return self._opened(within, stored)
        except SnapshotIncompatible:
            raise
        except SnapshotUnusable as error:
            raise HistoryDamaged(
                f"The segment {birth}/{name} of the instance's log cannot be used: {error.detail}", segment=name
            ) from error

    async def read_all(self, reference: Reference, birth: str, names: Sequence[str]) -> list[Segment]:
        """Several segments; from a store that is far, at once.

        Raises:
            HistoryDamaged: one is missing, or not as it was written.
        """
        return await in_parts(self._objects, lambda name: self.read(reference, birth, name), names)

    async def end(self, loaded: Loaded) -> None:
        """Keep the last state of an instance that is about to be deleted, if it has a log.

        Raises:
            StoreUnavailable, OutcomeUnknown: it could not be written.
        """
        log = loaded.header.log
        if log is not None:
            header = _slim(loaded.header, f"{log.birth}/{END}")
            content = self._snapshots.sealed(header, zlib.compress(loaded.body, 1))
            await self._objects.put(_key(header.reference), content)

    async def ended(self, reference: Reference) -> Loaded | None:
        """The last state of a closed instance that had a log; of several lives of its id, of the last one."""
        found: Loaded | None = None
        async for birth in self.births(reference):
            within = reference._replace(checkpoint_id=f"{birth}/{END}")
            stored = await self._objects.get(_key(within))
            if isinstance(stored, Stored):
                header, body, _ = self._opened(within, stored)
                if found is None or header.used > found.header.used:
                    header = msgspec.structs.replace(header, checkpoint_id="")
                    found = Loaded(header, body, stored.tag)
        return found

    async def births(self, reference: Reference) -> AsyncIterator[str]:
        """The births of all logs of the instance, of which each costs one entry of a listing."""
        prefix = f"{PREFIX}{reference.owner}/{reference.instance_id}/"
        after = ""
        while entry := await anext(self._objects.list(prefix, after), None):
            birth = entry.key.removeprefix(prefix).partition("/")[0]
            yield birth
            after = f"{prefix}{birth}/{_BEHIND_ALL}"

    async def forget(self, reference: Reference, keep: str = "") -> int:
        """Delete what the instance's logs have in the store, but for the birth `keep`; how many objects."""
        kept = folder_of(reference, keep)
        keys = [entry.key async for entry in self.objects(reference) if not (keep and entry.key.startswith(kept))]
        await in_parts(self._objects, self._objects.delete, keys)
        return len(keys)

    async def names(self, reference: Reference, birth: str, after: int = -1) -> AsyncIterator[str]:
        """The names of the log's segments in their order, those alone that end behind the revision `after`."""
        folder = folder_of(reference, birth)
        begin = f"{folder}{name_of(after)}" if after >= 0 else ""
        async for entry in self._objects.list(folder, begin):
            name = entry.key.removeprefix(folder)
            if not name.isdecimal():
                return  # keyframes within rollouts come behind
            yield name

    def objects(self, reference: Reference) -> AsyncIterator[Entry]:
        """Everything in the store of all logs of the instance."""
        return self._objects.list(f"{PREFIX}{reference.owner}/{reference.instance_id}/")

    async def _written(self, header: Header, content: bytes, body: bytes) -> bytes:
        """Write a segment, unless it stands there already; its digest."""
        key, retry, expect = _key(header.reference), Retry(), cast("Tag | Absent", ABSENT)
        while True:
            try:
                await self._objects.put(key, content, expect)
                return content_digest(content)
            except (Conflict, OutcomeUnknown) as failure:
                retry.note(failure)
            stored = await self._objects.get(key)
            if isinstance(stored, Stored):
                if self._is_same(header, body, stored):
                    return content_digest(stored.body)
                # What no server wrote: the instance goes on, and its log says what is true.
                expect = stored.tag
            try:
                await retry.again()
            except OutcomeUnknown as error:
                raise StoreUnavailable(
                    "The store kept failing while the instance's log was sealed; the call was not applied, so try "
                    "again.",
                    retry_after=1,
                ) from error

    def _is_same(self, header: Header, body: bytes, stored: Stored) -> bool:
        """Whether a segment says the same, whichever key signed it and whatever compressed it."""
        try:
            other = self._opened(header.reference, stored)
        except SnapshotUnusable:
            return False
        return (other.header.log, other.header.progress, other.body) == (header.log, header.progress, body)

    def _opened(self, reference: Reference, stored: Stored) -> Segment:
        header, body, _ = self._snapshots.opened(reference, stored)
        return Segment(header, zlib.decompress(body) if body else b"", content_digest(stored.body))


def _slim(header: Header, name: str) -> Header:
    """The header without what concerns the next write alone; a name binds it to its key."""
    return msgspec.structs.replace(
        header, checkpoint_id=name, recent=b"", keyed=(), nonce=b"", turn=None, made_by=b""
    )


def _key(within: Reference) -> str:
    return f"{PREFIX}{within.owner}/{within.instance_id}/{within.checkpoint_id}"
