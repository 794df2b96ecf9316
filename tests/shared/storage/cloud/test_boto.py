"""What boto3 is still asked for: credentials that variables do not hold, and deletes under a condition."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from infra.s3.seaweedfs import SeaweedFS
from shared.storage.cloud.boto import Client, failure_of
from shared.storage.cloud.failures import Failure
from shared.storage.cloud.s3 import S3Store
from shared.storage.protocol import ABSENT, Conflict, Stored
from tests.blocking import Blocking
from tests.fixtures_s3 import BUCKET
from tests.shared.storage.cloud.wire import running_wire

URL = "https://key:secret@s3.example:9000/bucket"


@pytest.fixture
def profile(aws_environment: SeaweedFS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The credentials in a file of profiles, as `aws configure` leaves them, and in no variable."""
    keys = f"aws_access_key_id={aws_environment.access_key}\naws_secret_access_key={aws_environment.secret_key}\n"
    path = tmp_path / "config"
    path.write_text(f"[profile games]\n{keys}region=eu-west-1\nendpoint_url={aws_environment.endpoint}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_PROFILE", "games")
    return path


@pytest.mark.usefixtures("profile")
@pytest.mark.parametrize("by", ["variable", "profile"])
def test_a_profiles_credentials_and_server_are_used(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if by == "profile":
        monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    store = Blocking(S3Store(BUCKET, f"profile-{by}"))
    tag = store.put("state/me/one", b"body")
    assert store.get("state/me/one") == Stored(b"body", tag)
    with pytest.raises(Conflict):
        store.put("state/me/one", b"other", ABSENT)
    store.delete("state/me/one", tag)
    assert store.get("state/me/one") is None
    store.close()


def test_an_answer_is_its_status_and_its_code() -> None:
    for repeats, sent_once in ((0, True), (1, False), (None, False)):
        response: Any = {
            "Error": {"Code": "PreconditionFailed", "Message": "secret"},
            "ResponseMetadata": {"HTTPStatusCode": 412, "RetryAttempts": repeats},
        }
        failure = failure_of(ClientError(response, "DeleteObject"))
        assert failure == Failure(412, "PreconditionFailed", sent_once=sent_once)


@pytest.mark.parametrize(
    ("error", "connected"),
    [
        (EndpointConnectionError(endpoint_url=URL), False),
        (ReadTimeoutError(endpoint_url=URL), True),
        (ConnectionClosedError(endpoint_url=URL), True),
    ],
)
def test_only_a_connection_that_was_not_made_proves_that_nothing_was_sent(error: Any, connected: bool) -> None:
    failure = failure_of(error)
    assert (failure.status, failure.connected) == (None, connected)
    assert "secret" not in str(failure)


def test_both_clients_sign_for_the_same_region(
    aws_environment: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    """boto3 alone would read only one of the two variables."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with running_wire(aws_environment.endpoint) as wire:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", wire.endpoint)
        store = Blocking(S3Store(BUCKET, "region"))
        store.delete("state/me/one", store.put("state/me/one", b"body"))
        store.close()
    assert wire.methods == ["PUT", "DELETE"]
    assert all("/eu-west-1/s3/aws4_request" in str(headers["Authorization"]) for headers in wire.headers)


def test_an_address_gives_the_object_with_its_headers_to_whoever_has_it(aws_environment: SeaweedFS) -> None:
    store = S3Store(BUCKET, "link")
    link = store.capabilities.link
    assert link is not None

    async def linked() -> str:
        await store.put("state/me/a b+c", b"body")
        head = {"Content-Type": "application/x-npz", "Content-Encoding": "gzip"}
        address = await link("state/me/a b+c", head, 60)
        await store.close()
        return address

    with httpx.stream("GET", asyncio.run(linked())) as reply:
        assert (reply.status_code, b"".join(reply.iter_raw())) == (200, b"body")
        assert reply.headers["content-type"] == "application/x-npz"
        assert reply.headers["content-encoding"] == "gzip"


def test_an_address_of_aws_names_the_region_that_it_is_signed_for(
    aws_environment: SeaweedFS, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 redirects from its address without a region, and the signature does not hold at the other host."""
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    client = Client("snapshots", "a/", 1.0, "eu-central-2", None)
    address = client.link("history/me", {}, 60)
    client.close()
    assert address.startswith("https://s3.eu-central-2.amazonaws.com/snapshots/a/history/me?")


def test_a_directory_bucket_gives_no_addresses() -> None:
    assert S3Store("games--use1-az5--x-s3").capabilities.link is None
