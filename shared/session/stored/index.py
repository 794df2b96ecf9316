"""The index from which instances are listed, so that a list costs pages of keys and not one read per instance.

The key of an entry says everything: owner, instance and environment id. An instance is listed if it has an entry
and its snapshot is in the store and has not expired.
"""

from urllib.parse import quote, unquote

from shared.session.stored.ending import is_marker
from shared.session.stored.expiry import Expiry
from shared.session.stored.header import Header
from shared.storage.protocol import Store, read


class Index:
    """The index of one store."""

    def __init__(self, objects: Store, expiry: Expiry) -> None:
        self._objects = objects
        self._expiry = expiry

    async def add(self, header: Header) -> None:
        """Add the instance; adding it again changes nothing."""
        await self._objects.put(_key(header), b"")

    async def has(self, header: Header) -> bool:
        """Whether the instance has an entry."""
        return await read(self._objects, _key(header)) is not None

    async def remove(self, header: Header) -> None:
        """Remove the instance's entry, if there is one."""
        await self._objects.delete(_key(header))

    async def list(self, owner: str) -> dict[str, str]:
        """The owner's instances: environment ids by instance id."""
        horizon = self._expiry.horizon()
        states = self._objects.list(f"state/{owner}/")
        alive = {
            entry.key.rpartition("/")[2]
            async for entry in states
            if entry.written > horizon and not is_marker(entry)
        }
        entries = self._objects.list(f"index/{owner}/")
        named = [entry.key.split("/", 3)[2:] async for entry in entries]
        return {instance_id: unquote(env_id) for instance_id, env_id in named if instance_id in alive}


def _key(header: Header) -> str:
    return f"index/{header.owner}/{header.instance_id}/{quote(header.recipe.env_id, safe='')}"
