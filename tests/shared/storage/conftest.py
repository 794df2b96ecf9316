"""Our stores, made to list three entries at a time, so that paging needs no thousand objects."""

import logging
import uuid
from collections.abc import Iterator
from pathlib import Path

import botocore.loaders
import botocore.session
import pytest
from moto.server import ThreadedMotoServer

from infra.s3.seaweedfs import SeaweedFS
from shared.storage.cloud.s3 import S3Store
from shared.storage.sqlite import SQLiteStore
from tests.blocking import Blocking
from tests.fixtures_s3 import BUCKET

PAGE = 3
LOADER = botocore.loaders.create_loader()


@pytest.fixture(autouse=True)
def _models_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Saves 0.1 s a test, in which every boto3 session would read S3's model from its files again."""
    monkeypatch.setattr(botocore.session, "create_loader", lambda _: LOADER)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Blocking[SQLiteStore]]:
    store = Blocking(SQLiteStore(tmp_path / "snapshots.db", page=PAGE))
    yield store
    store.close()


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    """The address of moto in server mode, with the bucket `tests`: it answers as AWS does, but is not atomic."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    SeaweedFS(f"http://{host}:{port}").create_bucket(BUCKET)
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def moto(moto_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Blocking[S3Store]]:
    for name, value in SeaweedFS(moto_server).environment.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    store = Blocking(S3Store(BUCKET, uuid.uuid4().hex))
    yield store
    store.close()


@pytest.fixture
def s3(aws_environment: SeaweedFS) -> Iterator[Blocking[S3Store]]:
    """A real S3 server, under a key prefix of this test's own."""
    store = Blocking(S3Store(BUCKET, uuid.uuid4().hex))
    yield store
    store.close()
