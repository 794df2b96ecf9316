"""The store in a directory bucket: what it sends, to a server made by AWS's documentation."""

import asyncio
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.errors import StoreUnavailable
from shared.session.inventory.merge import Swept
from shared.session.inventory.sweep import sweep
from shared.settings import Settings
from shared.snapshot.contract.recipe import Recipe
from shared.storage.cloud.express import Folder, in_order, is_directory_bucket
from shared.storage.cloud.s3 import S3Store
from shared.storage.protocol import Conflict, Entry, Store
from shared.storage.testing.listings import ListingRules
from shared.storage.testing.objects import ObjectRules
from shared.storage.testing.sharing import SharingRules
from shared.web.service.service import open_service
from tests.blocking import Blocking, result
from tests.shared.storage.cloud.certificates import authority
from tests.shared.storage.cloud.express_server import BUCKET, HOST, REGION, Objects, express_server

KEY = "state/me/one"


@pytest.fixture
def objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Objects]:
    bundle, tls = authority(tmp_path, HOST)
    with express_server(tls) as (proxy, objects):
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CA_BUNDLE": str(bundle),
            "HTTPS_PROXY": proxy,
        }.items():
            monkeypatch.setenv(name, value)
        yield objects


@pytest.fixture
def express(objects: Objects) -> Iterator[Blocking[S3Store]]:
    store = Blocking(S3Store(BUCKET, uuid.uuid4().hex))
    yield store
    store.close()


class TestExpress(ObjectRules, ListingRules, SharingRules):
    """The rules of races are left out: the server here would pass them whatever AWS does."""

    @pytest.fixture
    def store(self, express: Blocking[S3Store]) -> Store:
        return express.store

    @pytest.fixture
    def second(self, express: Blocking[S3Store]) -> Iterator[Store]:
        store = S3Store(BUCKET, express.store.prefix)
        yield store
        result(store.close())


def test_each_client_asks_for_a_session_and_brings_it(express: Blocking[S3Store], objects: Objects) -> None:
    """Two that obstore has, for reads and for conditional writes, and boto3's for conditional deletes."""
    tag = express.put(KEY, b"body")
    express.get(KEY)
    tag = express.put(KEY, b"another", tag)
    express.delete(KEY, tag)
    assert objects.sessions == 3
    assert objects.without_session == []


def test_a_delete_is_conditional_too(express: Blocking[S3Store]) -> None:
    stale = express.put(KEY, b"first")
    tag = express.put(KEY, b"second", stale)
    with pytest.raises(Conflict) as raised:
        express.delete(KEY, stale)
    assert raised.value.sent_once
    express.delete(KEY, tag)
    assert express.get(KEY) is None


def test_who_may_open_no_session_is_told_what_to_grant(express: Blocking[S3Store], objects: Objects) -> None:
    objects.denies_sessions = True
    with pytest.raises(StoreUnavailable) as raised:
        express.get(KEY)
    assert "s3express:CreateSession" in raised.value.detail


def test_a_server_of_ones_own_has_no_directory_buckets(
    express: Blocking[S3Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    with pytest.raises(StoreUnavailable, match="AWS_ENDPOINT_URL_S3"):
        express.get(KEY)


def test_who_starts_a_server_is_told_that_it_is_untried(express: Blocking[S3Store]) -> None:
    assert "has not been tried" in express.store.capabilities.caution
    assert not S3Store("general").capabilities.caution


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        (BUCKET, True),
        ("gym-prod-abc--apne1-az4--x-s3", True),
        ("general", False),
        ("general--x-s3", False),
        ("tests--use1-az4--x-s3-general", False),
        ("a.b--use1-az4--x-s3", False),
    ],
)
def test_a_directory_bucket_is_known_by_its_name(name: str, is_one: bool) -> None:
    assert is_directory_bucket(name) is is_one


def test_only_folders_that_may_have_more_are_read() -> None:
    """A list that goes on does not begin with the first owner again."""
    tree = {
        "s/": Folder([Entry("s/b", 0, 0)], ["s/c/", "s/a/", "s/b/"]),
        "s/b/": Folder([Entry("s/b/2", 0, 0), Entry("s/b/1", 0, 0)], []),
        "s/c/": Folder([Entry("s/c/1", 0, 0)], []),
    }
    asked = []

    async def read(prefix: str) -> Folder:
        asked.append(prefix)
        return tree[prefix]

    async def listed() -> list[str]:
        return [entry.key async for entry in in_order(read, "s/", "s/b/1")]

    assert asyncio.run(listed()) == ["s/b/2", "s/c/1"]
    assert asked == ["s/", "s/b/", "s/c/"]


def test_the_sweep_finds_what_has_expired_of_every_owner(objects: Objects) -> None:
    """It walks two lists side by side, and so needs their order."""

    async def swept() -> Swept | None:
        service = open_service(Settings(store=f"s3://{BUCKET}/sweep", signing_keys=("k" * 32,), log="off"))
        for owner in ("a-b", "a", "b"):
            for _ in range(4):
                await service.session.creation.create(owner, Recipe("CartPole-v1"), ())
        objects.ahead = timedelta(days=30)
        found = await sweep(service.session.snapshots)
        await service.close()
        return found

    found = result(swept())
    assert found is not None
    assert (found.instances, found.index_entries) == (12, 12)
    assert not [key for key in objects.versions if "/state/" in key or "/index/" in key]
