"""A deployment is taken back whole: every alias names its earlier version, or none is touched."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.aws.roll_back import ALIAS, NoEarlierVersion, roll_back


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Any]]:
    """CloudFormation with a stack of two functions, and Lambda with these functions, as moto imitates them."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    with mock_aws():
        session = boto3.session.Session(region_name="us-east-1")
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}
        role = session.client("iam").create_role(RoleName="gym", AssumeRolePolicyDocument=json.dumps(trust))
        properties = {
            "Code": {"ZipFile": "def handler(event, context): pass"},
            "Handler": "index.handler",
            "Runtime": "python3.13",
            "Role": role["Role"]["Arn"],
        }
        resources = {
            name: {"Type": "AWS::Lambda::Function", "Properties": {**properties, "FunctionName": name}}
            for name in ("step", "reset")
        }
        cloudformation = session.client("cloudformation")
        cloudformation.create_stack(StackName="gym", TemplateBody=json.dumps({"Resources": resources}))
        yield cloudformation, session.client("lambda")


def deploy(functions: Any, name: str, release: str) -> None:
    """A version of the function with other code, which its alias then names."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", f"release = {release!r}")
    functions.update_function_code(FunctionName=name, ZipFile=archive.getvalue())
    version = functions.publish_version(FunctionName=name)["Version"]
    try:
        functions.update_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)
    except functions.exceptions.ResourceNotFoundException:
        functions.create_alias(FunctionName=name, Name=ALIAS, FunctionVersion=version)


def served(functions: Any) -> list[str]:
    """The versions of both functions that calls go to."""
    return [functions.get_alias(FunctionName=name, Name=ALIAS)["FunctionVersion"] for name in ("step", "reset")]


def test_every_function_is_served_by_its_earlier_version(clients: tuple[Any, Any]) -> None:
    cloudformation, functions = clients
    for release in ("one", "two", "three"):
        for name in ("step", "reset"):
            deploy(functions, name, release)
    assert served(functions) == ["3", "3"]
    changes = roll_back("gym", cloudformation, functions)
    assert served(functions) == ["2", "2"]
    assert {change.function for change in changes} == {"step", "reset"}


def test_where_one_function_is_new_none_is_touched_and_it_is_named(clients: tuple[Any, Any]) -> None:
    cloudformation, functions = clients
    for release in ("one", "two"):
        deploy(functions, "step", release)
    deploy(functions, "reset", "one")
    with pytest.raises(NoEarlierVersion, match="reset has no version before 1"):
        roll_back("gym", cloudformation, functions)
    assert served(functions) == ["2", "1"]


def test_after_it_a_further_deployment_is_served_as_any_other(clients: tuple[Any, Any]) -> None:
    cloudformation, functions = clients
    for release in ("one", "two"):
        for name in ("step", "reset"):
            deploy(functions, name, release)
    roll_back("gym", cloudformation, functions)
    for name in ("step", "reset"):
        deploy(functions, name, "three")
    assert served(functions) == ["3", "3"]
