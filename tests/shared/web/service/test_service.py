"""A service opens the store that its settings name, if the store can do what they ask."""

import asyncio
import dataclasses
import multiprocessing
from pathlib import Path

import pytest

from shared.errors import Misconfigured
from shared.settings import Settings
from shared.storage.address import StoreAddress
from shared.storage.sqlite import SQLiteStore
from shared.web.service import service
from shared.web.service.service import open_service


def test_the_service_has_the_address_and_the_capabilities_of_its_store(tmp_path: Path) -> None:
    opened = open_service(Settings(store=f"sqlite:///{tmp_path}/s.db", log="off"))
    assert opened.address == StoreAddress("sqlite", f"///{tmp_path}/s.db")
    assert opened.store.capabilities.shared
    assert (tmp_path / "s.db.key").exists()
    asyncio.run(opened.close())


def test_a_worker_among_several_refuses_a_store_that_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: "another")
    with pytest.raises(Misconfigured, match="GYM_HTTP_STORE is memory:, which several workers cannot share"):
        open_service(Settings(store="memory:"))


def test_a_snapshot_limit_above_the_stores_largest_object_is_refused(
    tmp_path: Path,
) -> None:
    largest = SQLiteStore(tmp_path / "s.db").capabilities.max_object_bytes
    settings = Settings(store=f"sqlite:///{tmp_path}/s.db", max_snapshot_bytes=largest + 1)
    with pytest.raises(Misconfigured, match=f"GYM_HTTP_MAX_SNAPSHOT_BYTES .* at most {largest} bytes"):
        open_service(settings)
    asyncio.run(open_service(dataclasses.replace(settings, max_snapshot_bytes=largest)).close())


def test_an_address_is_refused_before_a_key_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "signing_keys", lambda *_: pytest.fail("a key was made"))
    with pytest.raises(Misconfigured, match="GYM_HTTP_STORE"):
        open_service(Settings(store="sqlite:s.db"))
