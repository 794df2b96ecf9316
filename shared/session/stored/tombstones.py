"""What is left of an instance or a checkpoint that was deleted: enough to tell a repeated call from a new one.

Only what was made or deleted with an idempotency key leaves one, for a day.
"""

import msgspec

from shared.session.stored.async_store import AsyncStore
from shared.session.stored.idempotency import Keyed, check_same
from shared.session.stored.reference import Reference

PREFIX = "closed/"
"""Under which they stand in the store."""

LIFETIME_S = 86_400.0
"""For how long a repeated call is recognised after the end of what it made or deleted."""


class Tombstone(msgspec.Struct, frozen=True, array_like=True):
    """Digests: of the request that made what is gone, and of the key and the request that deleted it."""

    made_by: bytes = b""
    key: bytes = b""
    body: bytes = b""


class Tombstones:
    """The tombstones of one store."""

    def __init__(self, objects: AsyncStore) -> None:
        self._objects = objects

    async def put(self, reference: Reference, made_by: bytes, keyed: Keyed | None) -> None:
        """Leave one before the deletion, so that none is missing after it."""
        if made_by or keyed is not None:
            key, body = keyed or (b"", b"")
            await self._objects.put(_place(reference), msgspec.msgpack.encode(Tombstone(made_by, key, body)))

    async def take_back(self, reference: Reference) -> None:
        """Remove it, since the deletion was refused."""
        await self._objects.delete(_place(reference))

    async def made_before(self, reference: Reference, keyed: Keyed) -> bool:
        """Whether the same call made it when it first came.

        Raises:
            KeyReused: the key came with another request then.
        """
        tombstone = await self._get(reference)
        if tombstone is None or not tombstone.made_by:
            return False
        check_same(tombstone.made_by, keyed)
        return True

    async def deleted_before(self, reference: Reference, keyed: Keyed | None) -> bool:
        """Whether the same call deleted it when it first came.

        Raises:
            KeyReused: the key came with another request then.
        """
        tombstone = None if keyed is None else await self._get(reference)
        if keyed is None or tombstone is None or tombstone.key != keyed.key:
            return False
        check_same(tombstone.body, keyed)
        return True

    async def _get(self, reference: Reference) -> Tombstone | None:
        body = await self._objects.read(_place(reference))
        return None if body is None else msgspec.msgpack.decode(body, type=Tombstone)


def _place(reference: Reference) -> str:
    # Not under the instance's own: SeaweedFS keeps no object `a` beside an `a/b`.
    checkpoint = f".{reference.checkpoint_id}" if reference.checkpoint_id else ""
    return f"{PREFIX}{reference.owner}/{reference.instance_id}{checkpoint}"
