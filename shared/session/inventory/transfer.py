"""Transfer: instances from one store to another, with everything that lies under their keys, byte for byte.

An instance is written in the order in which nobody sees half of it: what belongs to it, then its snapshot, then
its entry in the index. What the other store has already is compared and not written again, so a transfer that was
ended goes on when it is made again.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from shared.errors import InstanceNotFound, OutcomeUnknown, SnapshotUnusable, StoreFailed
from shared.session.record.beside import is_snapshot
from shared.session.stored.ending import has_ended
from shared.session.stored.envelope import unseal
from shared.session.stored.in_parts import in_parts
from shared.session.stored.reference import Reference
from shared.storage.protocol import ABSENT, Conflict, Store, Stored, read

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Every folder of keys has owners, and below them instances; `closed/` has `ID.CHECKPOINT_ID` too.
_KEY = re.compile(rf"(?P<folder>[^/]+)/(?P<owner>[^/]+)/(?P<id>{_UUID})(?:\.{_UUID})?(?:/.+)?")
_LAST = ("state", "index")
"""What is written last, in this order."""
_SIGNED = ("state", "checkpoints", "history")
"""Whose objects are snapshots, but for what is kept beside a log."""
_OF_THE_LIVING = ("checkpoints", "state", "index")
"""What an instance that has ended does not take along."""


@dataclass
class Transferred:
    """What became of a transfer."""

    instances: int = 0
    """Those that are whole in the other store now."""
    objects: int = 0
    size: int = 0
    """Bytes of the objects."""
    there: int = 0
    """How many of the objects were there already, with the same bytes."""
    refused: list[str] = field(default_factory=list)
    """A sentence for each instance that was left out."""


class _Refused(Exception):
    """The instance is not transferred; the text says why."""


class Transfer:
    """Copies instances from one store to another. The first one stays as it is."""

    def __init__(self, source: Store, target: Store, keys: Sequence[bytes]) -> None:
        """`keys` are those of which one has signed each snapshot."""
        self._source = source
        self._target = target
        self._keys = keys

    async def copy(self, ids: Collection[str] = ()) -> Transferred:
        """Copy the instances with these ids, or all.

        Raises:
            InstanceNotFound: the source has nothing of one of the ids.
            StoreFailed: a store does not answer; what was copied stays, and the next transfer goes on from there.
        """
        keys = await self._keys_of_instances(ids)
        done = Transferred()
        remote = self._source if self._source.capabilities.remote else self._target
        await in_parts(remote, lambda each: self._copied(each, keys[each], done), sorted(keys))
        return done

    async def _keys_of_instances(self, ids: Collection[str]) -> dict[Reference, list[str]]:
        """The keys of everything that lies under each instance."""
        found: dict[Reference, list[str]] = {}
        async for entry in self._source.list(""):
            parts = _KEY.fullmatch(entry.key)
            if parts is not None and (not ids or parts["id"] in ids):
                found.setdefault(Reference(parts["owner"], parts["id"]), []).append(entry.key)
        if {*ids} - {reference.instance_id for reference in found}:
            raise InstanceNotFound
        return found

    async def _copied(self, instance: Reference, keys: Iterable[str], done: Transferred) -> None:
        try:
            living = await self._is_living(instance)
            for key in sorted(keys, key=_order):
                if living or _folder(key) not in _OF_THE_LIVING:
                    await self._copy_object(instance, key, done)
            done.instances += living
        except _Refused as refused:
            done.refused.append(f"{instance.owner}/{instance.instance_id}: {refused}.")

    async def _is_living(self, instance: Reference) -> bool:
        stored = await self._source.get(instance.key)
        return isinstance(stored, Stored) and not has_ended(stored)

    async def _copy_object(self, instance: Reference, key: str, done: Transferred) -> None:
        body = await read(self._source, key)
        if body is None:
            return  # it was deleted meanwhile
        self._verify(instance, key, body)
        there = await read(self._target, key)
        if there is None:
            with suppress(Conflict, OutcomeUnknown):  # what stands there then decides
                await self._target.put(key, body, ABSENT)
            there = await read(self._target, key)
        else:
            done.there += there == body
        if there is None:
            raise StoreFailed(f"The store that was written to did not keep {key}; transfer again.")
        if there != body:
            raise _Refused(
                f"the other store has {key} with other bytes, which stay; close it there to transfer it"
            )
        done.objects += 1
        done.size += len(body)

    def _verify(self, instance: Reference, key: str, body: bytes) -> None:
        """See that the object is the snapshot that it should be, if it is to be one."""
        folder = _folder(key)
        if folder not in _SIGNED or (folder == "history" and not is_snapshot(key)):
            return
        within = key.removeprefix(f"{folder}/{instance.owner}/{instance.instance_id}").removeprefix("/")
        try:
            unseal(body, instance._replace(checkpoint_id=within), self._keys)
        except SnapshotUnusable as error:
            raise _Refused(f"{key} is not to be trusted: {error.detail.rstrip('.')}") from error


def _folder(key: str) -> str:
    return key.partition("/")[0]


def _order(key: str) -> tuple[int, str]:
    folder = _folder(key)
    return (_LAST.index(folder) + 1 if folder in _LAST else 0), key
