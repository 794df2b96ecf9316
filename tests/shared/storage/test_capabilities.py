"""Our stores declare what their callers rely on."""

from pathlib import Path

from shared.storage.cloud.azure import AzureStore
from shared.storage.cloud.google import GoogleStore
from shared.storage.cloud.s3 import S3Store
from shared.storage.memory import MemoryStore
from shared.storage.sqlite import SQLiteStore


def test_only_a_store_behind_a_network_blocks() -> None:
    assert not MemoryStore().capabilities.remote
    assert not SQLiteStore("s.db").capabilities.remote
    assert S3Store("bucket").capabilities.remote


def test_only_the_memory_of_a_process_is_not_shared() -> None:
    assert not MemoryStore().capabilities.shared
    assert SQLiteStore("s.db").capabilities.shared
    assert S3Store("bucket").capabilities.shared


def test_only_a_file_of_this_host_has_a_place_for_a_signing_key(tmp_path: Path) -> None:
    assert MemoryStore().capabilities.key_file is None
    assert SQLiteStore(tmp_path / "s.db").capabilities.key_file == tmp_path / "s.db.key"
    assert S3Store("bucket").capabilities.key_file is None


def test_only_a_call_over_a_network_can_be_spared_other_threads() -> None:
    assert MemoryStore().capabilities.hold_loop is None
    assert SQLiteStore("s.db").capabilities.hold_loop is None
    for store in (S3Store("bucket"), AzureStore("container"), GoogleStore("bucket")):
        assert not store.capabilities.holds_loop
        assert store.capabilities.hold_loop is not None
        store.capabilities.hold_loop()
        assert store.capabilities.holds_loop
    assert not S3Store("bucket").capabilities.holds_loop


def test_only_a_file_wants_compaction() -> None:
    assert MemoryStore().capabilities.compact is None
    store = SQLiteStore("s.db")
    assert store.capabilities.compact == store.compact
    assert S3Store("bucket").capabilities.compact is None
