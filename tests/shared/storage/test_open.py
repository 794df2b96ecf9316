import subprocess
import sys
from pathlib import Path

import pytest

from shared.errors import Misconfigured
from shared.storage.memory import MemoryStore
from shared.storage.open import open_store
from shared.storage.s3 import S3Store
from shared.storage.sqlite import SQLiteStore


def test_memory_is_a_store_of_this_process() -> None:
    store = open_store("memory:", "process")
    assert isinstance(store, MemoryStore)
    assert store.brief


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///snapshots.db", Path.cwd() / "snapshots.db"),
        ("sqlite:///.gym-http/snapshots.db", Path.cwd() / ".gym-http/snapshots.db"),
        ("sqlite:////var/lib/100% mine/snapshots.db", Path("/var/lib/100% mine/snapshots.db")),
    ],
)
@pytest.mark.parametrize("durability", ["process", "power"])
def test_three_slashes_make_a_relative_path_and_four_an_absolute_one(
    url: str, path: Path, durability: str
) -> None:
    store = open_store(url, durability)
    assert isinstance(store, SQLiteStore)
    assert store.path == path
    assert store.brief


@pytest.mark.parametrize(
    ("url", "bucket", "prefix"),
    [
        ("s3://bucket", "bucket", ""),
        ("s3://bucket/", "bucket", ""),
        ("s3://bucket/envs", "bucket", "envs/"),
        ("s3://bucket/envs/", "bucket", "envs/"),
        ("s3://bucket//my//envs//", "bucket", "my/envs/"),
    ],
)
def test_an_s3_address_is_a_bucket_and_a_prefix(url: str, bucket: str, prefix: str) -> None:
    store = open_store(url, "process")
    assert isinstance(store, S3Store)
    assert (store.bucket, store.prefix) == (bucket, prefix)
    assert not store.brief


@pytest.mark.parametrize(
    "url",
    [
        "",
        "memory",
        "memory://",
        "memory:x",
        "sqlite",
        "sqlite:",
        "sqlite:snapshots.db",
        "sqlite://snapshots.db",
        "sqlite:///",
        "sqlite:///:memory:",
        "s3:",
        "s3:bucket",
        "s3:/bucket",
        "s3://",
        "s3:///prefix",
        "s3://key:secret@bucket/prefix",
        "postgres://host/database",
        "/var/lib/snapshots.db",
    ],
)
def test_any_other_address_is_misconfigured_and_not_repeated(url: str) -> None:
    with pytest.raises(Misconfigured, match="GYM_HTTP_STORE") as raised:
        open_store(url, "process")
    for form in ("sqlite:///", "sqlite:////", "s3://BUCKET/PREFIX", "memory:"):
        assert form in raised.value.detail
    assert "secret" not in raised.value.detail


@pytest.mark.parametrize("durability", ["", "Process", "full"])
def test_an_unknown_durability_is_misconfigured(durability: str) -> None:
    with pytest.raises(Misconfigured, match="GYM_HTTP_DURABILITY"):
        open_store("memory:", durability)


def test_only_an_s3_address_imports_boto3() -> None:
    code = """if True:
        import sys
        from shared.storage.open import open_store
        open_store("memory:", "process"), open_store("sqlite:///snapshots.db", "process")
        assert "boto3" not in sys.modules
        open_store("s3://bucket", "process")
        assert "boto3" in sys.modules
    """
    subprocess.run([sys.executable, "-c", code], check=True)
