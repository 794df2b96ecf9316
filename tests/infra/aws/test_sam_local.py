"""`sam local` works with `infra/events/env.json`: what the SAM CLI gives a container makes the functions serve."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra.aws.template import PATH, Function
from infra.emulator.sandbox import Sandbox
from infra.s3.seaweedfs import SeaweedFS
from shared import settings
from tests.servers import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.aws, pytest.mark.usefixtures("lambda_runtime")]

VARIABLES = ROOT / "infra" / "events" / "env.json"


def resolved(*requests: tuple[str, str, Any], parameters: tuple[str, ...] = ()) -> list[Any]:
    """For each request the function, its handler, its variables and its event, as the SAM CLI has them."""
    done = subprocess.run(
        [ROOT / ".venv/sam/bin/python", ROOT / "tests/infra/aws/sam_local.py", PATH, VARIABLES, *parameters],
        input=json.dumps(requests),
        env={"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[Any] = json.loads(done.stdout)
    return answers


def answered(request: tuple[str, str, Any], server: SeaweedFS, log: Path) -> Any:
    """The reply of the request's function, with nothing but what its container would be given.

    Only the name by which a container reaches its host is another one here.
    """
    [(name, handler, variables, event)] = resolved(request)
    variables["AWS_ENDPOINT_URL_S3"] = variables["AWS_ENDPOINT_URL_S3"].replace(
        "host.docker.internal:8333", urlsplit(server.endpoint).netloc
    )
    sandbox = Sandbox(Function(name, handler, (), variables, 1769, 29, frozenset()), {}, log)
    answer = sandbox.invoke(event)
    sandbox.stop()
    assert answer["statusCode"] == 200, answer
    return json.loads(answer["body"])


def test_an_instance_is_created_reset_and_stepped_by_sam_local(
    seaweedfs_server: SeaweedFS, tmp_path: Path
) -> None:
    seaweedfs_server.create_bucket("gym-http")
    log = tmp_path / "log"
    made = answered(("POST", "/v1/envs", {"env_id": "CartPole-v1"}), seaweedfs_server, log)
    instance = f"/v1/envs/{made['instance_id']}"
    answered(("POST", f"{instance}/reset", {"seed": 42}), seaweedfs_server, log)
    assert answered(("POST", f"{instance}/step", {"action": 1}), seaweedfs_server, log)["reward"] == 1.0


def test_the_settings_that_a_container_is_given_are_settings() -> None:
    [(_, _, variables, _)] = resolved(("GET", "/v1/envs", None))
    given = settings.read(variables)
    assert given.store == "s3://gym-http/sam-local"
    assert given.api_keys == ()
    assert len(given.signing_keys[0]) >= 16


def test_the_parameters_reach_the_container_where_no_variable_is_given(tmp_path: Path) -> None:
    [(_, _, variables, _)] = resolved(("GET", "/v1/envs", None), parameters=("ApiKeys=me:secret", "IdleDays=30"))
    assert (variables["GYM_HTTP_API_KEYS"], variables["GYM_HTTP_IDLE_TTL_S"]) == ("me:secret", "2592000")


def test_the_store_is_where_make_run_s3_serves_it_as_the_instructions_say() -> None:
    told = (ROOT / "infra" / "README.md").read_text()
    endpoint = json.loads(VARIABLES.read_text())["Parameters"]["AWS_ENDPOINT_URL_S3"]
    assert f'make run-s3 HOST=0.0.0.0 ARGS="--s3-port {urlsplit(endpoint).port}"' in told
    assert "--env-vars infra/events/env.json" in told
