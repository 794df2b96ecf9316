"""What SnapStart keeps has the modules that a call needs, and nothing that two processes must not share."""

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys, threading
import functions.step_env
print(json.dumps({
    "modules": sorted({"boto3", "obstore", "ale_py", "pydantic"} & {*sys.modules}),
    "threads": threading.active_count(),
    "opened": functions.step_env.app._service.opened is not None,
}))
"""


def imported(**variables: str) -> dict[str, object]:
    """What a process has once the module of stepping is imported with the variables."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_before_the_snapshot_what_the_first_call_needs_is_imported_and_nothing_is_opened() -> None:
    kept = imported(AWS_LAMBDA_INITIALIZATION_TYPE="snap-start", GYM_HTTP_STORE="s3://bucket")
    assert kept == {"modules": ["ale_py", "boto3", "obstore", "pydantic"], "threads": 1, "opened": False}


@pytest.mark.parametrize("kind", ["on-demand", "provisioned-concurrency"])
def test_other_processes_import_only_what_they_come_to_need(kind: str) -> None:
    started = imported(AWS_LAMBDA_INITIALIZATION_TYPE=kind, GYM_HTTP_STORE="s3://bucket")
    assert started["modules"] == []


def test_a_wrong_setting_is_left_to_the_first_call() -> None:
    kept = imported(AWS_LAMBDA_INITIALIZATION_TYPE="snap-start", GYM_HTTP_LOG="everything")
    assert kept["modules"] == ["boto3", "obstore", "pydantic"]
