"""The store that waits is found as another package's, and answers what the one in memory does."""

import asyncio
from importlib.metadata import distributions
from pathlib import Path

from shared.storage.address import StoreAddress
from shared.storage.open import GROUP
from shared.storage.protocol import Stored
from tests.benchmarks.stores.delayed import installed


def test_a_process_with_the_folder_knows_the_store(tmp_path: Path) -> None:
    folder = installed(tmp_path)["PYTHONPATH"]
    [package] = distributions(path=[folder])
    [entry_point] = package.entry_points.select(group=GROUP, name="delayed")
    store = entry_point.load()(StoreAddress.parse("delayed:0"), "process")

    async def test() -> None:
        await store.put("a/1", b"one")
        assert [entry.key async for entry in store.list("a/")] == ["a/1"]
        found = await store.get("a/1")
        assert isinstance(found, Stored)
        assert found.body == b"one"
        await store.delete("a/1")
        assert await store.get("a/1") is None

    asyncio.run(test())
    assert store.capabilities.remote
