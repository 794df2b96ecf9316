"""A real S3 server for any test: the plug-in that `tests/conftest.py` loads."""

from collections.abc import Iterator

import pytest

from infra.s3.seaweedfs import SeaweedFS, seaweedfs

BUCKET = "tests"


@pytest.fixture(scope="session")
def seaweedfs_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    """One server for the whole run, with the bucket `tests`; a test takes a key prefix of its own there."""
    with seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as server:
        server.create_bucket(BUCKET)
        yield server


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch, seaweedfs_server: SeaweedFS) -> SeaweedFS:
    """The process environment names that server and nothing of its user's own AWS settings."""
    for name, value in seaweedfs_server.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return seaweedfs_server
