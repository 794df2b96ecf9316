"""The index from which instances are listed, so that a list costs pages of keys and not one read per instance.

The key of an entry says everything: owner, instance and environment id.
"""

from urllib.parse import quote

from shared.session.stored.header import Header
from shared.storage.protocol import Store, read


class Index:
    """The index of one store."""

    def __init__(self, objects: Store) -> None:
        self._objects = objects

    async def add(self, header: Header) -> None:
        """Add the instance; adding it again changes nothing."""
        await self._objects.put(_key(header), b"")

    async def has(self, header: Header) -> bool:
        """Whether the instance has an entry."""
        return await read(self._objects, _key(header)) is not None

    async def remove(self, header: Header) -> None:
        """Remove the instance's entry, if there is one."""
        await self._objects.delete(_key(header))


def _key(header: Header) -> str:
    return f"index/{header.owner}/{header.instance_id}/{quote(header.recipe.env_id, safe='')}"
