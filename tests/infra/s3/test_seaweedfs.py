"""The local S3 server is found by boto3, and nothing of its user's own AWS settings is."""

from pathlib import Path

import boto3
import pytest

from infra.s3 import seaweedfs as module
from infra.s3.seaweedfs import SeaweedFS, seaweedfs


def test_boto3_uses_the_server_and_its_keys_whatever_the_user_has_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "credentials"
    own.write_text("[default]\naws_access_key_id = mine\naws_secret_access_key = mine\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(own))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in SeaweedFS("http://127.0.0.1:9").environment.items():
        monkeypatch.setenv(name, value)
    session = boto3.session.Session()
    credentials = session.get_credentials()
    assert (credentials.access_key, credentials.secret_key) == ("testing", "testing")
    client = session.client("s3")
    assert client.meta.endpoint_url == "http://127.0.0.1:9"
    client.close()


def test_a_bucket_can_be_made_twice(seaweedfs_server: SeaweedFS) -> None:
    assert seaweedfs_server.create_bucket("twice") == "twice"
    assert seaweedfs_server.create_bucket("twice") == "twice"


def test_a_server_that_does_not_start_is_an_error_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "weed"
    broken.write_text("#!/bin/sh\necho no room on the device\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(module, "_binary", lambda: broken)
    with pytest.raises(RuntimeError, match="no room on the device"), seaweedfs(tmp_path / "data"):
        pass
