"""Tombstones: what remains of a deleted instance or checkpoint, so that a repeated call is recognised.

Only what was created or deleted with an idempotency key leaves one, for a day.
"""

import msgspec

from shared.session.stored.idempotency import Keyed, check_same
from shared.session.stored.reference import Reference
from shared.storage.protocol import Store, read

PREFIX = "closed/"
"""Prefix of the tombstones' keys in the store."""

LIFETIME_S = 86_400.0
"""How long after a deletion a repeated call is recognised, and some minutes more where clocks disagree."""


class Tombstone(msgspec.Struct, frozen=True, array_like=True):
    """What a repeated call is compared with: digests, empty where there was no key. Append-only, as `Header`."""

    made_by: bytes = b""
    """Of the request that created the object."""
    key: bytes = b""
    """Of the key that it was deleted with."""
    body: bytes = b""
    """Of the request that it was deleted with."""


class Tombstones:
    """The tombstones of one store."""

    def __init__(self, objects: Store) -> None:
        self._objects = objects

    async def put(self, reference: Reference, made_by: bytes, keyed: Keyed | None) -> None:
        """Write a tombstone if there is a key to remember. Call it before the deletion, so that none is missed."""
        if made_by or keyed is not None:
            key, body = keyed or (b"", b"")
            await self._objects.put(_key(reference), msgspec.msgpack.encode(Tombstone(made_by, key, body)))

    async def remove(self, reference: Reference) -> None:
        """Remove the tombstone, since the deletion was refused."""
        await self._objects.delete(_key(reference))

    async def made_before(self, reference: Reference, keyed: Keyed) -> bool:
        """Whether the same call created what is deleted now.

        Raises:
            KeyReused: the key came with another request then.
        """
        tombstone = await self._get(reference)
        if tombstone is None or not tombstone.made_by:
            return False
        check_same(tombstone.made_by, keyed)
        return True

    async def deleted_before(self, reference: Reference, keyed: Keyed | None) -> bool:
        """Whether the same call deleted it already.

        Raises:
            KeyReused: the key came with another request then.
        """
        tombstone = None if keyed is None else await self._get(reference)
        if keyed is None or tombstone is None or tombstone.key != keyed.key:
            return False
        check_same(tombstone.body, keyed)
        return True

    async def _get(self, reference: Reference) -> Tombstone | None:
        body = await read(self._objects, _key(reference))
        return None if body is None else msgspec.msgpack.decode(body, type=Tombstone)


def _key(reference: Reference) -> str:
    # Not `closed/OWNER/INSTANCE/CHECKPOINT`: SeaweedFS keeps no object `a` beside an `a/b`.
    checkpoint = f".{reference.checkpoint_id}" if reference.checkpoint_id else ""
    return f"{PREFIX}{reference.owner}/{reference.instance_id}{checkpoint}"
