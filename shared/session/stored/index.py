"""The index from which lists of instances are made, so that a list costs pages of keys, not a read an instance.

An entry's key says all: the owner, the instance and its environment's id. An instance is listed if it is in the
index and stands in the store.
"""

import time
from urllib.parse import quote, unquote

from shared.session.stored.async_store import AsyncStore
from shared.session.stored.header import Header


class Index:
    """The index of one store."""

    def __init__(self, objects: AsyncStore, idle_ttl_s: float) -> None:
        self._objects = objects
        self._idle_ttl_s = idle_ttl_s

    async def add(self, header: Header) -> None:
        """Enter the instance."""
        await self._objects.put(_place(header), b"")

    async def has(self, header: Header) -> bool:
        """Whether the instance is entered."""
        return await self._objects.read(_place(header)) is not None

    async def remove(self, header: Header) -> None:
        """Take the instance off."""
        await self._objects.delete(_place(header))

    async def list(self, owner: str) -> dict[str, str]:
        """The owner's instances with their environment ids."""
        horizon = time.time() - self._idle_ttl_s
        states = await self._objects.list(f"state/{owner}/")
        alive = {entry.key.rpartition("/")[2] for entry in states if entry.written > horizon}
        entries = await self._objects.list(f"index/{owner}/")
        named = (entry.key.split("/", 3)[2:] for entry in entries)
        return {instance_id: unquote(env_id) for instance_id, env_id in named if instance_id in alive}


def _place(header: Header) -> str:
    return f"index/{header.owner}/{header.instance_id}/{quote(header.recipe.env_id, safe='')}"
