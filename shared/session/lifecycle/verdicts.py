"""Verdicts of environments' trials, stored so that each trial is made once for all processes."""

import time
from collections.abc import Callable

import msgspec

from shared.snapshot.conformance.selection import Verdict
from shared.storage.protocol import Store, read

_PREFIX = "verdicts/"
UNDER_WAY = "trials/"


class _UnderWay(msgspec.Struct, frozen=True):
    """A trial that a process goes on with though no client waits."""

    until: float
    """When it is over at the latest, by the store's clock."""


class Verdicts:
    """The verdicts of one store, and which trials are under way in any of its processes."""

    def __init__(self, objects: Store, now: Callable[[], float] = time.time) -> None:
        """`now` tells the store's time, in seconds since the epoch."""
        self._objects = objects
        self._now = now

    async def get(self, key: str) -> Verdict | None:
        """The stored verdict; None if there was no trial yet."""
        body = await read(self._objects, _place(key))
        return None if body is None else msgspec.json.decode(body, type=Verdict)

    async def put(self, key: str, verdict: Verdict) -> None:
        """Store a verdict in place of an earlier one."""
        await self._objects.put(_place(key), msgspec.json.encode(verdict))

    async def begin(self, key: str, seconds: float) -> None:
        """Tell the other processes of a trial that goes on for at most so many seconds."""
        await self._objects.put(UNDER_WAY + key, msgspec.json.encode(_UnderWay(self._now() + seconds)))

    async def end(self, key: str) -> None:
        """That trial is over."""
        await self._objects.delete(UNDER_WAY + key)

    async def under_way(self, key: str) -> bool:
        """Whether a process said that it goes on with such a trial. One that was killed is believed until then."""
        body = await read(self._objects, UNDER_WAY + key)
        return body is not None and self._now() < msgspec.json.decode(body, type=_UnderWay).until

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
