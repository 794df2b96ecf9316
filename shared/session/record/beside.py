"""The folder of a log in the store, and what is kept there beside its segments, as long as the log is."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from hashlib import blake2b

from shared.session.stored.header import Header
from shared.session.stored.reference import Reference
from shared.storage.protocol import Store, read

PREFIX = "history/"
"""Prefix of the keys of segments and keyframes in the store."""

_BRANCH, _FILM, _COPY = "f", "v", "w"
"""What their names begin with; they sort behind those of segments, and before no end."""

_COPY_BYTES = 20

_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def folder_of(reference: Reference, birth: str) -> str:
    """What the keys of a log's segments begin with."""
    return f"{PREFIX}{reference.owner}/{reference.instance_id}/{birth}/"


def is_snapshot(key: str) -> bool:
    """Whether a key in the folder of a log is a segment's or a keyframe's, and not of what is beside them."""
    return not key.rpartition("/")[2].startswith((_BRANCH, _FILM, _COPY))


class Beside:
    """What is kept beside the logs of one store."""

    def __init__(self, objects: Store) -> None:
        self._objects = objects

    async def branch(self, origin: Header, ids: Sequence[str]) -> None:
        """Note that instances with these ids are made of one, if it has a log. They need not be there yet.

        Raises:
            StoreUnavailable, OutcomeUnknown: it could not be written.
        """
        if origin.log is not None and ids:
            key = f"{folder_of(origin.reference, origin.log.birth)}{_BRANCH}{ids[0]}"
            await self._objects.put(key, "\n".join(ids).encode())

    async def branches(self, reference: Reference, birth: str) -> AsyncIterator[str]:
        """The ids that were noted. They are not signed: each instance has to say itself what it was made of."""
        begin = f"{folder_of(reference, birth)}{_BRANCH}"
        async for entry in self._objects.list(folder_of(reference, birth), begin):
            if not entry.key.startswith(begin):
                return
            for instance_id in (
                (await read(self._objects, entry.key) or b"").decode("ascii", "replace").split("\n")
            ):
                if re.fullmatch(_ID, instance_id):
                    yield instance_id

    async def film(self, reference: Reference, birth: str, name: str) -> bytes | None:
        """A film that was kept; None if there is none of this name."""
        return await read(self._objects, f"{folder_of(reference, birth)}{_FILM}{name}")

    async def keep_film(self, reference: Reference, birth: str, name: str, film: bytes) -> None:
        """Keep a film as long as the log.

        Raises:
            StoreUnavailable: it could not be written.
        """
        await self._objects.put(f"{folder_of(reference, birth)}{_FILM}{name}", film)

    @property
    def has_addresses(self) -> bool:
        """Whether the store gives addresses at which a client gets an object."""
        return self._objects.capabilities.link is not None

    async def address(
        self, reference: Reference, birth: str, content: bytes, head: Mapping[str, str], seconds: int
    ) -> str:
        """The address of a copy of some bytes, which is kept as long as the log.

        `head` are the headers that it is to be sent with; the address holds for some seconds.

        Raises:
            StoreUnavailable: it could not be written.
        """
        link = self._objects.capabilities.link
        assert link is not None
        key = f"{folder_of(reference, birth)}{_COPY}{blake2b(content, digest_size=_COPY_BYTES).hexdigest()}"
        await self._objects.put(key, content)
        return await link(key, head, seconds)
