"""A store that comes with another package: it keeps the contract, and a server is served by it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gym_http_example.directory_store import DirectoryStore

from shared.errors import Misconfigured, StoreUnavailable
from shared.storage.address import StoreAddress
from shared.storage.protocol import Store
from shared.storage.testing.contract import SharedStoreContract
from tests.applications import Api
from tests.blocking import Blocking, result
from tests.servers import uvicorn


class TestDirectoryStore(SharedStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        store = DirectoryStore(tmp_path / "objects")
        yield store
        result(store.close())

    @pytest.fixture
    def second(self, store: Store, tmp_path: Path) -> Iterator[Store]:
        second = DirectoryStore(tmp_path / "objects")
        yield second
        result(second.close())


def test_an_episode_goes_on_in_the_next_server_over_the_installed_store(installed: Path, tmp_path: Path) -> None:
    environment = {"GYM_HTTP_STORE": f"directory://{tmp_path}/objects", "PYTHONPATH": str(installed)}
    with uvicorn(**environment) as server:
        api = Api(server)
        assert api.get("/v1/health/").json["store"] == "directory"
        instance = api.create("CartPole-v1")
        api.post(f"{instance}/reset/", {"seed": 1})
        api.post(f"{instance}/step/", {"action": 0})
        server.kill()
    with uvicorn(**environment) as server:
        api = Api(server)
        assert api.get(instance).json["steps"] == 1
        assert api.post(f"{instance}/step/", {"action": 1}).status == 200
        assert api.delete(instance).status == 200
    assert (tmp_path / "objects" / "signing.key").exists()


def test_it_is_not_served_where_it_is_not_installed(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="GYM_HTTP_STORE does not start with the scheme of an installed store"),
        uvicorn(GYM_HTTP_STORE=f"directory://{tmp_path}/objects"),
    ):
        pass


def test_a_relative_path_is_malformed() -> None:
    with pytest.raises(Misconfigured, match="directory:///ABSOLUTE/PATH"):
        DirectoryStore.from_address(StoreAddress.parse("directory:objects"), "process")


def test_a_durability_that_it_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="GYM_HTTP_DURABILITY"):
        DirectoryStore.from_address(StoreAddress.parse(f"directory://{tmp_path}"), "power")


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Blocking(DirectoryStore(tmp_path / "file" / "objects"))
    with pytest.raises(StoreUnavailable, match="GYM_HTTP_STORE"):
        store.put("state/me/one", b"body")
