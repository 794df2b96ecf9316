"""The deployment in Lambda's own runtime: an episode over many processes, and faults told at once."""

import json
import secrets
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import gymnasium
import pytest
from starlette.testclient import TestClient

from infra.aws.template import BUCKET as BUCKET_OF_TEMPLATE
from infra.aws.template import Template, read
from infra.emulator.gateway import Gateway
from infra.s3.seaweedfs import SeaweedFS
from tests.applications import Api, Asgi
from tests.fixtures_lambda import deployment, listening

pytestmark = [pytest.mark.slow, pytest.mark.aws, pytest.mark.usefixtures("lambda_runtime")]


def curl(method: str, url: str, body: Any = None) -> tuple[Any, str]:
    """The reply's JSON, and the process that gave it."""
    command = ["curl", "-s", "-X", method, "-w", "\n%header{x-sandbox}", url]
    command += [] if body is None else ["-H", "content-type: application/json", "-d", json.dumps(body)]
    reply, _, process = subprocess.run(command, check=True, capture_output=True, text=True).stdout.rpartition("\n")
    return json.loads(reply), process


def test_an_episode_by_curl_goes_through_a_function_for_each_call_and_a_process_for_each_step(
    seaweedfs_server: SeaweedFS, tmp_path: Path
) -> None:
    env = gymnasium.make("CartPole-v1")
    observation, _ = env.reset(seed=42)
    processes = []
    gateway = Gateway(deployment(), seaweedfs_server.environment, tmp_path, sandboxes=2, rotate=True)
    with listening(gateway) as url:
        made, create = curl("POST", f"{url}/v1/envs/", {"env_id": "CartPole-v1"})
        instance = f"{url}/v1/envs/{made['instance_id']}"
        space, describe = curl("GET", f"{instance}/action_space/")
        reply, reset = curl("POST", f"{instance}/reset/", {"seed": 42})
        assert space["n"] == 2
        assert reply["observation"] == observation.tolist()
        terminated = False
        while not terminated:
            action = int(observation[2] > 0)
            observation, reward, terminated, truncated, _ = env.step(action)
            reply, process = curl("POST", f"{instance}/step/", {"action": action})
            processes.append(process)
            assert reply["observation"] == observation.tolist()
            assert (reply["reward"], reply["terminated"], reply["truncated"]) == (reward, terminated, truncated)
        listed, names = curl("GET", f"{url}/v1/envs/")
        _, close = curl("DELETE", instance)
    assert listed == {made["instance_id"]: "CartPole-v1"}
    assert len({create, describe, reset, processes[0], names, close}) == 6
    assert len(processes) > 20
    assert all(one != next_one for one, next_one in pairwise(processes))


def first_call(template: Template, environment: dict[str, str], logs: Path) -> tuple[int, str]:
    """The status and the sentence that a fresh function answers with."""
    with TestClient(Gateway(template, environment, logs, sandboxes=1)) as client:
        reply = Api(Asgi(client)).get("/v1/envs/00000000-0000-4000-8000-000000000000")
    assert reply.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in reply.content.decode()
    return reply.status, reply.json["detail"]


@pytest.mark.parametrize(
    ("known", "changed", "words"),
    [
        ({BUCKET_OF_TEMPLATE: "nowhere"}, {}, ("GYM_HTTP_STORE", "NoSuchBucket")),
        ({}, {"AWS_SECRET_ACCESS_KEY": "wrong"}, ("GYM_HTTP_STORE", "AWS_SECRET_ACCESS_KEY")),
        ({}, {"AWS_ACCESS_KEY_ID": "stranger"}, ("GYM_HTTP_STORE", "AWS_ACCESS_KEY_ID")),
        ({}, {"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}, ("GYM_HTTP_STORE", "AWS_ENDPOINT_URL_S3")),
        ({}, {"GYM_HTTP_SIGNING_KEYS": ""}, ("GYM_HTTP_SIGNING_KEYS",)),
        ({}, {"GYM_HTTP_IDLE_TTL_S": "soon"}, ("GYM_HTTP_IDLE_TTL_S",)),
    ],
    ids=["missing bucket", "denied", "unknown to the store", "unreachable", "no signing key", "malformed"],
)
def test_what_is_wrong_with_the_deployment_is_503_at_the_first_call_and_named(
    seaweedfs_server: SeaweedFS,
    tmp_path: Path,
    known: dict[str, str],
    changed: dict[str, str],
    words: tuple[str, ...],
) -> None:
    template = read({BUCKET_OF_TEMPLATE: f"tests/{secrets.token_hex(8)}", "SigningKeys": "k" * 32, **known})
    status, detail = first_call(template, {**seaweedfs_server.environment, **changed}, tmp_path)
    assert status == 503
    for word in words:
        assert word in detail
