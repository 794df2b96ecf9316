"""Verdicts of environments' trials, stored so that each trial is made once for all processes."""

import msgspec

from shared.snapshot.conformance.selection import Verdict
from shared.storage.protocol import Store, read

_PREFIX = "verdicts/"


class Verdicts:
    """The verdicts of one store."""

    def __init__(self, objects: Store) -> None:
        self._objects = objects

    async def get(self, key: str) -> Verdict | None:
        """The stored verdict; None if there was no trial yet."""
        body = await read(self._objects, _place(key))
        return None if body is None else msgspec.json.decode(body, type=Verdict)

    async def put(self, key: str, verdict: Verdict) -> None:
        """Store a verdict in place of an earlier one."""
        await self._objects.put(_place(key), msgspec.json.encode(verdict))

    async def forget(self, env_id: str) -> int:
        """Delete every verdict of an environment, whatever its arguments, and return how many there were."""
        forgotten = 0
        async for entry in self._objects.list(_PREFIX):
            body = await read(self._objects, entry.key)
            if body is not None and msgspec.json.decode(body, type=Verdict).env_id == env_id:
                await self._objects.delete(entry.key)
                forgotten += 1
        return forgotten


def _place(key: str) -> str:
    return _PREFIX + key
