"""A store in memory that answers as late as a distant one: `delayed:MILLISECONDS`."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from shared.storage.address import StoreAddress
from shared.storage.memory import MemoryStore
from shared.storage.open import GROUP
from shared.storage.protocol import Absent, Durability, Entry, Stored, Tag, Unchanged


class DelayedStore(MemoryStore):
    """A store each of whose calls waits first."""

    capabilities = msgspec.structs.replace(MemoryStore.capabilities, remote=True)

    def __init__(self, delay_s: float) -> None:
        super().__init__()
        self._delay_s = delay_s

    @classmethod
    def from_address(cls, address: StoreAddress, durability: Durability) -> "DelayedStore":
        """The store of which each call takes the milliseconds that the address names."""
        return cls(int(address.location) / 1000)

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        await asyncio.sleep(self._delay_s)
        return await super().get(key, unless)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        await asyncio.sleep(self._delay_s)
        return await super().put(key, body, expect)

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        await asyncio.sleep(self._delay_s)
        await super().delete(key, expect)

    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        await asyncio.sleep(self._delay_s)
        async for entry in super().list(prefix, after):
            yield entry


def installed(folder: Path) -> dict[str, str]:
    """Variables of a process that knows the store, as one of a package in the folder."""
    package = folder / "delayed-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: delayed\nVersion: 1\n")
    (package / "entry_points.txt").write_text(f"[{GROUP}]\ndelayed = {__name__}:DelayedStore.from_address\n")
    return {"PYTHONPATH": str(folder)}
