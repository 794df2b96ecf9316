"""Signed snapshots in a store: loading and saving one, and the life and index of instances.

Knows nothing of live environments. Calls to a store that answers in microseconds are made where they stand;
to any other from a pool of threads, which is used for nothing else.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple, ParamSpec, TypeVar, cast
from urllib.parse import quote, unquote

import msgspec

from shared.errors import (
    CheckpointNotFound,
    InstanceNotFound,
    OutcomeUnknown,
    SnapshotTooLarge,
    SnapshotUnusable,
    StoreFailed,
)
from shared.session.envelope import RECENT_CALLS, Header, Reference, seal, unseal
from shared.session.tries import Failure, Tries
from shared.snapshot.probe import Verdict
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Conflict, Entry, Store, Stored, Tag

_PAGE = 200
"""How many entries of a listing are read before others get their turn."""

P = ParamSpec("P")
R = TypeVar("R")


class Loaded(NamedTuple):
    """A snapshot as it stands in the store."""

    header: Header
    body: bytes
    tag: Tag


def check_size(body: bytes, most: float) -> None:
    """Raise SnapshotTooLarge for a body of more than so many bytes."""
    if len(body) > most:
        raise SnapshotTooLarge(
            f"The environment's snapshot would take {len(body)} bytes, and {most} is the most "
            "(GYM_HTTP_MAX_SNAPSHOT_BYTES); reset it, or create it with less to keep.",
            size=len(body),
            limit=most,
        )


class Snapshots:
    """The snapshots of one store."""

    def __init__(self, store: Store, keys: Sequence[bytes], idle_ttl_s: float) -> None:
        self._store = store
        self._keys = keys
        self.idle_ttl_s = idle_ttl_s
        """An instance that nothing was written to for so many seconds is gone."""
        self._pool = ThreadPoolExecutor(thread_name_prefix="store")

    @property
    def near(self) -> bool:
        """Whether asking the store costs microseconds."""
        return self._store.brief

    async def check(self) -> None:
        """Ask the store for anything at all.

        Raises:
            StoreUnavailable: it does not answer.
        """
        await self._io(self._store.get, "health")

    async def header(self, reference: Reference) -> Header:
        """What is known of the instance, without its environment.

        Raises:
            InstanceNotFound: there is none.
        """
        return (await self.load(reference)).header

    async def load(self, reference: Reference) -> Loaded:
        """The snapshot of an instance or of a checkpoint.

        Raises:
            InstanceNotFound: there is none, or it has not been used for too long.
            CheckpointNotFound: the instance has no such checkpoint.
        """
        stored = await self._io(self._store.get, reference.key)
        if stored is None or stored is UNCHANGED:
            raise CheckpointNotFound if reference.checkpoint_id else InstanceNotFound
        header, body = unseal(stored.body, reference, self._keys)
        if not reference.checkpoint_id:  # a checkpoint lives as long as its instance
            self.check_alive(header)
        return Loaded(header, body, stored.tag)

    async def newer(self, reference: Reference, tag: Tag) -> Loaded | None:
        """The instance's snapshot if it is not the one of the tag any more, else None.

        Raises:
            InstanceNotFound: there is none any more.
        """
        stored = await self._io(self._store.get, reference.key, tag)
        if stored is UNCHANGED:
            return None
        if stored is None:
            raise InstanceNotFound
        header, body = unseal(stored.body, reference, self._keys)
        self.check_alive(header)
        return Loaded(header, body, stored.tag)

    async def save(
        self, header: Header, body: bytes, expect: Tag | Absent, used: float | None = None
    ) -> Loaded | Failure:
        """Write the snapshot in place of the expected one; a failure leaves open whether it was written.

        `used` is the time of the write where the header that is written has told of it already.
        """
        header = msgspec.structs.replace(header, nonce=os.urandom(8), used=used or time.time())
        try:
            tag = await self._io(self._store.put, header.reference.key, seal(header, body, self._keys), expect)
        except (Conflict, OutcomeUnknown) as failure:
            return failure
        return Loaded(header, body, tag)

    async def add(self, header: Header, body: bytes) -> Loaded:
        """Write a new instance's or checkpoint's first snapshot, or find the one that stands there.

        The id is a fresh uuid4 or made from a key, so that only the same call, or one with the same key, can have
        written that.

        Raises:
            Contended, OutcomeUnknown: it could not be written.
        """
        tries, expect = Tries(), cast("Tag | Absent", ABSENT)
        while True:
            saved = await self.save(header, body, expect)
            if isinstance(saved, Loaded):
                return saved
            tries.note(saved)
            stored = await self._io(self._store.get, header.reference.key)
            expect = ABSENT
            if isinstance(stored, Stored):
                standing = Loaded(*unseal(stored.body, header.reference, self._keys), stored.tag)
                if header.checkpoint_id or not self.is_expired(standing.header):
                    return standing
                expect = stored.tag
            await tries.again()

    async def read_back(self, before: Header, call_id: bytes) -> tuple[Loaded, int | None]:
        """What stands after the call's write in place of `before` failed, and the revision the call made, if any.

        Raises:
            InstanceNotFound: nothing stands there.
            OutcomeUnknown: the store does not answer, or so many calls came since that this one may be forgotten.
        """
        advice = "whether the call was applied is open; read the instance."
        try:
            loaded = await self.load(before.reference)
        except StoreFailed as error:
            raise OutcomeUnknown(f"The store failed while the call was saved, and {advice}") from error
        made = next((call.revision for call in loaded.header.recent if call.call_id == call_id), None)
        if made is None and loaded.header.revision - before.revision > RECENT_CALLS:
            raise OutcomeUnknown(f"Over {RECENT_CALLS} other calls came while this one was saved, and {advice}")
        return loaded, made

    async def enlist(self, header: Header) -> None:
        """Enter the instance in the index from which lists are made."""
        await self.write(_index_key(header), b"")

    async def is_listed(self, header: Header) -> bool:
        """Whether the instance is in the index."""
        return await self.read(_index_key(header)) is not None

    async def delete(self, loaded: Loaded) -> Failure | None:
        """Remove the instance if its snapshot is still this one; a failure leaves open whether it was done."""
        try:
            await self._io(self._store.delete, loaded.header.reference.key, loaded.tag)
        except (Conflict, OutcomeUnknown) as failure:
            return failure
        await self.strike(loaded.header)
        return None

    async def checkpoint_ids(self, reference: Reference) -> list[str]:
        """The ids of the instance's checkpoints."""
        prefix = f"checkpoints/{reference.owner}/{reference.instance_id}/"
        entries = await self._io(lambda: list(self._store.list(prefix)))
        return [entry.key.rpartition("/")[2] for entry in entries]

    async def strike(self, header: Header) -> None:
        """Take the instance off the index from which lists are made, and its checkpoints with it."""
        await self._io(self._store.delete, _index_key(header))
        for checkpoint_id in await self.checkpoint_ids(header.reference):
            await self.remove(header.reference._replace(checkpoint_id=checkpoint_id).key)

    async def list(self, owner: str) -> dict[str, str]:
        """The owner's instances with their environment ids; costs pages of keys, not a read an instance."""
        horizon = time.time() - self.idle_ttl_s
        states = await self._io(lambda: list(self._store.list(f"state/{owner}/")))
        alive = {entry.key.rpartition("/")[2] for entry in states if entry.written > horizon}
        entries = await self._io(lambda: list(self._store.list(f"index/{owner}/")))
        named = (entry.key.split("/", 3)[2:] for entry in entries)
        return {instance_id: unquote(env_id) for instance_id, env_id in named if instance_id in alive}

    def check_alive(self, header: Header) -> None:
        """Raise InstanceNotFound for an instance that has not been used for too long."""
        if self.is_expired(header):
            raise InstanceNotFound

    def is_expired(self, header: Header) -> bool:
        """Whether nothing was written to the instance for too long, as far as this header knows."""
        return header.used + self.idle_ttl_s < time.time()

    async def verdict(self, subject_of_trial: str) -> Verdict | None:
        """What a trial came to, if one has been made."""
        body = await self.read(f"verdicts/{subject_of_trial}")
        return None if body is None else msgspec.json.decode(body, type=Verdict)

    async def keep_verdict(self, subject_of_trial: str, verdict: Verdict) -> None:
        """Keep it for every process of the store."""
        await self.write(f"verdicts/{subject_of_trial}", msgspec.json.encode(verdict))

    async def read(self, key: str) -> bytes | None:
        """An object that is no snapshot; None if there is none."""
        stored = await self._io(self._store.get, key)
        return stored.body if isinstance(stored, Stored) else None

    async def write(self, key: str, body: bytes) -> None:
        """Write an object that is no snapshot, whatever stands there."""
        await self._io(self._store.put, key, body, None)

    async def entries(self, prefix: str) -> AsyncIterator[Entry]:
        """Every object under the prefix, a page at a time, so that others get their turn."""
        listing = self._store.list(prefix)
        while page := await self._io(lambda: list(islice(listing, _PAGE))):
            for entry in page:
                yield entry
            await asyncio.sleep(0)

    async def delete_expired(self, key: str) -> bool:
        """Delete an instance's snapshot unless it has been written to again; True if it is gone."""
        stored = await self._io(self._store.get, key)
        if isinstance(stored, Stored):
            if self._was_written_again(key, stored):
                return False
            try:
                await self._io(self._store.delete, key, stored.tag)
            except (Conflict, OutcomeUnknown):
                return False
        return True

    def _was_written_again(self, key: str, stored: Stored) -> bool:
        """Whether a snapshot that was listed as expired has been used since; one that nobody can read was not."""
        owner, _, instance_id = key.removeprefix("state/").partition("/")
        try:
            header, _ = unseal(stored.body, Reference(owner, instance_id), self._keys)
        except SnapshotUnusable:
            return False
        return not self.is_expired(header)

    async def remove(self, key: str) -> None:
        """Delete an object, whatever stands there."""
        await self._io(self._store.delete, key)

    async def reclaim(self) -> None:
        """Let the store give deleted objects' room back, in parts, so that others get their turn."""
        while await self._io(self._store.reclaim):
            await asyncio.sleep(0)

    def shut_down(self) -> None:
        """Finish what is under way and release the store's connections."""
        self._pool.shutdown()
        self._store.close()

    async def _io(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        if self._store.brief:
            return function(*args, **kwargs)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: function(*args, **kwargs))


def _index_key(header: Header) -> str:
    return f"index/{header.owner}/{header.instance_id}/{quote(header.recipe.env_id, safe='')}"
