"""What `make build` made is whole: every handler of the built template runs from it, with nothing else around."""

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.aws.intrinsics import Loader
from infra.s3.seaweedfs import SeaweedFS
from tests.fixtures_s3 import BUCKET
from tests.infra import run_handler
from tests.infra.aws.events import in_order, with_checkpoint
from tests.servers import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.aws]

BUILT = ROOT / ".aws-sam" / "build"
MOST_MIB = 230
Invoke = Callable[[str, str, Any], dict[str, Any]]


@pytest.fixture(scope="module")
def functions() -> dict[str, dict[str, Any]]:
    """The functions' properties in the built template, by the name of their module."""
    if not (BUILT / "template.yaml").exists():
        if "CI" in os.environ:
            raise AssertionError("there is no artefact: run `make build`")
        pytest.skip("there is no artefact: run `make build`")
    template = yaml.load((BUILT / "template.yaml").read_text(), Loader)
    shared = template["Globals"]["Function"]
    found = [
        {**shared, **resource["Properties"]}
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    return {properties["Handler"].split(".")[1]: properties for properties in found}


def interpreter(runtime: str) -> str:
    """The interpreter of the runtime: on PATH, or one of pyenv's.

    pyenv's own stand-in on PATH answers to the name and fails where no such version is chosen.
    """
    version = runtime.removeprefix("python")
    candidates = [shutil.which(runtime) or ""]
    candidates += [str(path) for path in Path.home().glob(f".pyenv/versions/{version}*/bin/{runtime}")]
    for candidate in filter(None, candidates):
        if subprocess.run([candidate, "-c", ""], check=False, capture_output=True).returncode == 0:
            return candidate
    raise AssertionError(f"there is no {runtime}; the artefact is for it")


@pytest.fixture
def invoke(functions: dict[str, dict[str, Any]], seaweedfs_server: SeaweedFS) -> Invoke:
    """A handler's answer to an event, in a process that has the artefact alone."""
    environment = {
        **seaweedfs_server.environment,
        "GYM_HTTP_STORE": f"s3://{BUCKET}/{secrets.token_hex(8)}",
        "GYM_HTTP_SIGNING_KEYS": "k" * 32,
    }

    def run(endpoint: str, handler: str, event: Any) -> dict[str, Any]:
        artefact = BUILT / functions[endpoint]["CodeUri"]
        command = [
            interpreter(functions[endpoint]["Runtime"]),
            "-I",
            "-B",
            run_handler.__file__,
            artefact,
            handler,
        ]
        done = subprocess.run(
            command, input=json.dumps(event), env=environment, capture_output=True, text=True, cwd="/", check=False
        )
        assert done.returncode == 0, (endpoint, done.stderr)
        told: dict[str, Any] = json.loads(done.stdout)
        assert not told["strangers"], endpoint
        return told["answer"] or {}

    return run


def test_every_handler_answers_its_event_from_the_artefact_alone(
    functions: dict[str, dict[str, Any]], invoke: Invoke
) -> None:
    checkpoint_id = ""
    assert {endpoint for endpoint, _ in in_order()} == set(functions)
    for endpoint, event in in_order():
        if endpoint == "restore_env":
            event = with_checkpoint(event, checkpoint_id)
        answer = invoke(endpoint, functions[endpoint]["Handler"], event)
        if endpoint == "sweep":
            assert answer["instances"] == 0
            continue
        assert answer["statusCode"] == (404 if endpoint == "front" else 200), (endpoint, answer)
        if endpoint == "checkpoints":
            checkpoint_id = json.loads(answer["body"])["checkpoint_id"]


@pytest.mark.parametrize("env_id", ["ALE/Pong-v5", "LunarLander-v3", "FrozenLake-v1"])
def test_the_artefact_has_the_families_that_it_is_for(
    functions: dict[str, dict[str, Any]], invoke: Invoke, env_id: str
) -> None:
    event = {**dict(in_order())["create_env"], "body": json.dumps({"env_id": env_id})}
    answer = invoke("create_env", functions["create_env"]["Handler"], event)
    assert answer["statusCode"] == 200, answer


def test_the_artefact_is_small_enough_and_holds_nothing_of_this_machine(
    functions: dict[str, dict[str, Any]],
) -> None:
    [artefact] = {BUILT / properties["CodeUri"] for properties in functions.values()}
    size = sum(path.stat().st_size for path in artefact.rglob("*") if path.is_file())
    print(f"artefact: {size / 2**20:.0f} MiB")
    assert size < MOST_MIB * 2**20
    assert not {"tests", "static", "infra", ".gym-http", ".venv"} & {path.name for path in artefact.iterdir()}
