"""Our stores, made to list three entries at a time, so that paging needs no thousand objects."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import botocore.loaders
import botocore.session
import pytest
from moto import mock_aws

from infra.s3.seaweedfs import SeaweedFS
from shared.storage.s3 import S3Store
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


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Blocking[S3Store]]:
    """moto in this process: it answers as AWS does, but is not atomic."""
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        boto3.session.Session().client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
        store = Blocking(S3Store(BUCKET, "envs", page=PAGE))
        yield store
        store.close()


@pytest.fixture
def s3(aws_environment: SeaweedFS) -> Iterator[Blocking[S3Store]]:
    """A real S3 server, under a key prefix of this test's own."""
    store = Blocking(S3Store(BUCKET, uuid.uuid4().hex, page=PAGE))
    yield store
    store.close()
