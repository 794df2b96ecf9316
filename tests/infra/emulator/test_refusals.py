"""What cannot be served is refused by the name of the setting, by functions in Lambda's own runtime."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from infra.aws.template import Template
from infra.emulator.gateway import Gateway
from infra.s3.seaweedfs import SeaweedFS
from tests.applications import Api, Asgi, Reply
from tests.fixtures_lambda import deployment
from tests.shared.storage.cloud.wire import Answer, running_wire

pytestmark = [pytest.mark.slow, pytest.mark.aws, pytest.mark.usefixtures("lambda_runtime")]

UNKNOWN = "/v1/envs/00000000-0000-4000-8000-000000000000"


@contextmanager
def serving(template: Template, environment: dict[str, str], logs: Path) -> Iterator[Api]:
    """The template's functions with these variables, each with one process."""
    with TestClient(Gateway(template, environment, logs, sandboxes=1)) as client:
        yield Api(Asgi(client))


def assert_refused(reply: Reply, status: int, problem: str, *words: str) -> None:
    """It is a problem, of which the detail has the words and shows no program."""
    assert reply.headers["content-type"] == "application/problem+json"
    assert (reply.status, reply.json["type"]) == (status, f"urn:gym-http:problem:{problem}")
    for word in words:
        assert word in reply.json["detail"]
    assert "Traceback" not in reply.json["detail"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(301, "PermanentRedirect"),  # the bucket is in another region than the host
        Answer(400, "AuthorizationHeaderMalformed"),  # the signature is for another region than the host's
    ],
    ids=lambda answer: answer.code,
)
def test_a_wrong_region_is_named(seaweedfs_server: SeaweedFS, tmp_path: Path, answer: Answer) -> None:
    """As AWS answers; the local server takes any region."""
    with running_wire(seaweedfs_server.endpoint) as wire:
        environment = {**seaweedfs_server.environment, "AWS_ENDPOINT_URL_S3": wire.endpoint}
        wire.fates += [answer] * 10
        with serving(deployment(), environment, tmp_path) as api:
            for reply in (api.get(UNKNOWN), api.post("/v1/envs/", {"env_id": "CartPole-v1"})):
                assert_refused(reply, 503, "store-unavailable", "GYM_HTTP_STORE", "AWS_REGION")


def test_what_a_signing_key_that_is_gone_has_signed_is_refused_by_the_settings_name(
    seaweedfs_server: SeaweedFS, tmp_path: Path
) -> None:
    """A secret that was replaced at once, and not as the procedure says."""
    before = deployment(SigningKeys="old-" * 8)
    place = before.functions[0].environment["GYM_HTTP_STORE"].removeprefix("s3://")
    after = deployment(SnapshotBucket=place, SigningKeys="new-" * 8)
    with serving(before, seaweedfs_server.environment, tmp_path) as api:
        instance = api.create("CartPole-v1")
    with serving(after, seaweedfs_server.environment, tmp_path) as api:
        reply = api.post(f"{instance}/reset/", {"seed": 1})
        assert_refused(reply, 503, "snapshot-unverified", "GYM_HTTP_SIGNING_KEYS")
        assert api.post(f"{api.create('CartPole-v1')}/reset/", {"seed": 1}).status == 200


def test_an_environment_whose_snapshot_is_too_large_is_refused(
    seaweedfs_server: SeaweedFS, tmp_path: Path
) -> None:
    environment = {**seaweedfs_server.environment, "GYM_HTTP_MAX_SNAPSHOT_BYTES": "100"}
    with serving(deployment(), environment, tmp_path) as api:
        reply = api.post("/v1/envs/", {"env_id": "FrozenLake-v1"})
        assert_refused(reply, 422, "snapshot-too-large", "GYM_HTTP_MAX_SNAPSHOT_BYTES")
        assert api.get("/v1/envs/").json == {}


@pytest.mark.parametrize(("memory_mib", "env_id"), [("512", "Large-v0"), ("1769", "Hungry-v0")])
def test_an_environment_that_needs_more_memory_than_the_function_has_is_refused(
    seaweedfs_server: SeaweedFS, tmp_path: Path, memory_mib: str, env_id: str
) -> None:
    """In a process of its own: Lambda would end the function, and the gateway answer with 500."""
    environment = {**seaweedfs_server.environment, "GYM_HTTP_ENV_MODULES": "tests.harmful"}
    with serving(deployment(MemoryMiB=memory_mib), environment, tmp_path) as api:
        assert_refused(api.post("/v1/envs/", {"env_id": env_id}), 400, "not-creatable", "Unable to allocate")
        assert api.post("/v1/envs/", {"env_id": "CartPole-v1"}).status == 200


def test_an_environment_whose_trial_takes_longer_than_the_function_may_is_refused(
    seaweedfs_server: SeaweedFS, tmp_path: Path
) -> None:
    environment = {**seaweedfs_server.environment, "GYM_HTTP_ENV_MODULES": "tests.harmful"}
    with serving(deployment(), environment, tmp_path) as api:
        reply = api.post("/v1/envs/", {"env_id": "Sleeping-v0"})
        assert_refused(reply, 400, "not-creatable", "GYM_HTTP_MAX_TRIAL_SECONDS")


@pytest.mark.parametrize("path", ["/prod/v1/envs/", f"/prod{UNKNOWN}/step/", "/v2/envs/"])
def test_the_name_of_a_stage_that_there_is_not_is_404_and_says_where_the_api_is(
    seaweedfs_server: SeaweedFS, tmp_path: Path, path: str
) -> None:
    with serving(deployment(), seaweedfs_server.environment, tmp_path) as api:
        assert_refused(api.post(path), 404, "path-not-found", "/v1/", "ApiUrl")
