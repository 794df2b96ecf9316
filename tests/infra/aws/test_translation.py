"""What CloudFormation is given: a deployment is a new version of every function, whatever has changed in it."""

import json
import os
import re
import subprocess
from typing import Any

import pytest

from infra.aws.template import PATH, read
from tests.servers import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.aws, pytest.mark.usefixtures("lambda_runtime")]

FUNCTIONS = {function.name for function in read({"SnapshotBucket": "b", "SigningKey": "arn"}).functions}
BEFORE = {"Release": "1764201600", "ApiKeys": "me:old"}


def translated(*parameters: dict[str, str]) -> list[dict[str, Any]]:
    """The transformed template for each set of parameters."""
    python = ROOT / ".venv" / "sam" / "bin" / "python"
    done = subprocess.run(
        [python, ROOT / "tests" / "infra" / "aws" / "translate.py", PATH],
        input=json.dumps(parameters),
        env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    transformed: list[dict[str, Any]] = json.loads(done.stdout)
    return transformed


def served_versions(template: dict[str, Any]) -> dict[str, str]:
    """The version that each function's alias names."""
    return {
        resource["Properties"]["FunctionName"]["Ref"]: resource["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Alias"
    }


def test_each_release_is_a_new_version_of_every_function() -> None:
    """A key that was revoked works on none of them any longer."""
    first, second = translated(BEFORE, {"Release": "1764205200", "ApiKeys": "me:new"})
    before, after = served_versions(first), served_versions(second)
    assert before.keys() == after.keys() == FUNCTIONS
    assert not set(before.values()) & set(after.values())


def test_without_another_release_the_versions_stay_and_so_make_deploy_names_one_each_time() -> None:
    first, second = translated(BEFORE, {**BEFORE, "ApiKeys": "me:new"})
    assert served_versions(first) == served_versions(second)
    deploy = re.search(r"^deploy:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert deploy is not None
    assert '"Release=$$(date +%s)"' in deploy[1]


def test_a_function_is_written_anew_with_each_release_so_that_its_secrets_are_read_again() -> None:
    """CloudFormation resolves a dynamic reference when the resource that has it changes."""
    first, second = translated(BEFORE, {**BEFORE, "Release": "1764205200"})
    for name in FUNCTIONS:
        assert first["Resources"][name]["Properties"] != second["Resources"][name]["Properties"]


def test_routes_and_the_schedule_call_the_version_that_is_served() -> None:
    [template] = translated(BEFORE)
    called = json.dumps([template["Resources"]["Api"], template["Resources"]["SweepFunctionHourly"]])
    assert set(re.findall(r"\b(\w+Function)Alias", called)) == FUNCTIONS
    for name in FUNCTIONS:
        assert f'"Ref": "{name}"' not in called
        assert f"${{{name}.Arn}}" not in called
