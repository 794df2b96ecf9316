"""Which store an address opens, ours or another package's, and what is said where there is none."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from shared.errors import Misconfigured
from shared.storage.address import StoreAddress
from shared.storage.cloud.azure import AzureStore
from shared.storage.cloud.google import GoogleStore
from shared.storage.cloud.s3 import S3Store
from shared.storage.memory import MemoryStore
from shared.storage.open import GROUP, open_store
from shared.storage.protocol import Durability, Store
from shared.storage.sqlite import SQLiteStore


def opened(url: str, durability: Durability = "process") -> Store:
    return open_store(StoreAddress.parse(url), durability)


def install(directory: Path, package: str, entry_point: str, module: str = "") -> None:
    """What an installer writes to `directory` for a package with one store."""
    (directory / f"{package}.py").write_text(module)
    metadata = directory / f"{package}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[{GROUP}]\n{entry_point}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory on `sys.path`, for packages to be installed in."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_memory_is_a_store_of_this_process() -> None:
    assert isinstance(opened("memory:"), MemoryStore)


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
    url: str, path: Path, durability: Durability
) -> None:
    store = opened(url, durability)
    assert isinstance(store, SQLiteStore)
    assert store.path == path


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
    store = opened(url)
    assert isinstance(store, S3Store)
    assert (store.bucket, store.prefix) == (bucket, prefix)


@pytest.mark.parametrize(
    ("url", "prefix"), [("az://tests", ""), ("az://tests/", ""), ("az://tests//my//envs/", "my/envs")]
)
def test_an_azure_address_is_a_container_and_a_prefix(url: str, prefix: str) -> None:
    store = opened(url)
    assert isinstance(store, AzureStore)
    assert (store.container, store.prefix) == ("tests", prefix)


def test_a_google_address_is_a_bucket_and_a_prefix() -> None:
    store = opened("gs://tests/envs")
    assert isinstance(store, GoogleStore)
    assert (store.bucket, store.prefix) == ("tests", "envs")


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("memory://", "memory:"),
        ("memory:x", "memory:"),
        ("sqlite:", "sqlite:///RELATIVE/PATH or sqlite:////ABSOLUTE/PATH"),
        ("sqlite:snapshots.db", "sqlite:///RELATIVE/PATH"),
        ("sqlite://snapshots.db", "sqlite:///RELATIVE/PATH"),
        ("sqlite:///", "sqlite:///RELATIVE/PATH"),
        ("sqlite:///:memory:", "sqlite:///RELATIVE/PATH"),
        ("s3:", "s3://BUCKET/PREFIX"),
        ("s3:bucket", "s3://BUCKET/PREFIX"),
        ("s3:/bucket", "s3://BUCKET/PREFIX"),
        ("s3://", "s3://BUCKET/PREFIX"),
        ("s3:///prefix", "s3://BUCKET/PREFIX"),
        ("s3://no bucket", "s3://BUCKET/PREFIX"),
        ("az:", "az://CONTAINER/PREFIX"),
        ("az://", "az://CONTAINER/PREFIX"),
        ("az://No_Container/x", "az://CONTAINER/PREFIX"),
        ("az://account:secret@container", "az://CONTAINER/PREFIX"),
        ("gs://", "gs://BUCKET/PREFIX"),
        ("gs:bucket", "gs://BUCKET/PREFIX"),
        ("gs://key:secret@bucket", "gs://BUCKET/PREFIX"),
        ("s3://key:secret@bucket/prefix", "s3://BUCKET/PREFIX"),
    ],
)
def test_an_address_that_its_store_cannot_read_is_told_the_form(url: str, form: str) -> None:
    with pytest.raises(Misconfigured, match="GYM_HTTP_STORE") as raised:
        opened(url)
    assert form in raised.value.detail
    assert "secret" not in raised.value.detail


@pytest.mark.parametrize(
    "url",
    ["", "memory", "sqlite", "/var/lib/snapshots.db", "postgres://me:secret@host", "SQLITE:///s.db", ":///s.db"],
)
def test_an_unknown_scheme_is_told_the_known_ones(url: str, site: Path) -> None:
    install(site, "stores_of_others", "kept = stores_of_others:Store")
    with pytest.raises(
        Misconfigured, match=r"GYM_HTTP_STORE .* which are az:, gs:, kept:, memory:, s3:, sqlite:;"
    ) as raised:
        opened(url)
    assert "secret" not in raised.value.detail


def test_a_package_that_is_installed_serves_its_scheme(site: Path) -> None:
    install(
        site,
        "gym_http_kept",
        "kept = gym_http_kept:KeptStore.at",
        """if True:
        from shared.storage.memory import MemoryStore
        class KeptStore(MemoryStore):
            @classmethod
            def at(cls, address, durability):
                store = cls()
                store.asked = (*address, durability)
                return store
        """,
    )
    store = opened("kept://there", "power")
    assert vars(store)["asked"] == ("kept", "//there", "power")


def test_no_package_takes_a_scheme_of_ours(site: Path) -> None:
    install(site, "gym_http_thief", "memory = gym_http_thief:Thief")
    assert len(entry_points(group=GROUP, name="memory")) == 1
    assert isinstance(opened("memory:"), MemoryStore)


def test_two_packages_with_one_scheme_are_both_named(site: Path) -> None:
    install(site, "gym_http_first", "kept = gym_http_first:Store")
    install(site, "gym_http_second", "kept = gym_http_second:Store")
    with pytest.raises(Misconfigured, match="gym_http_first:Store, gym_http_second:Store; uninstall"):
        opened("kept:")


@pytest.mark.parametrize("module", ["import a_module_that_nobody_has", "Store = None"])
def test_a_package_that_cannot_be_imported_is_named(site: Path, module: str) -> None:
    name = f"gym_http_broken_{len(module)}"
    install(site, name, f"broken = {name}:Store.at", module)
    with pytest.raises(Misconfigured, match=rf"broken: in GYM_HTTP_STORE, {name}:Store\.at, cannot be imported"):
        opened("broken:")


def test_only_an_s3_address_imports_a_client_and_none_imports_boto3() -> None:
    code = """if True:
        import sys
        from shared.storage.address import StoreAddress
        from shared.storage.open import open_store
        for url in ("memory:", "sqlite:///snapshots.db"):
            open_store(StoreAddress.parse(url), "process")
        assert "obstore" not in sys.modules
        open_store(StoreAddress.parse("s3://bucket"), "process")
        assert "obstore" in sys.modules and "boto3" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", code], check=True)
