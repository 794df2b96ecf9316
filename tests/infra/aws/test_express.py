"""With `ExpressZone`, snapshots are in a directory bucket, and each function may do there what it needs."""

from typing import Any

import pytest
import yaml

from infra.aws.intrinsics import Loader, Resolver
from infra.aws.template import PATH, Function, read
from shared import settings
from shared.storage.cloud.express import is_directory_bucket

BUCKET = "gym-express--use1-az4--x-s3"
STANDARD = {"SnapshotBucket": "snapshots", "SigningKey": "arn", "SnapshotBucket.Arn": "arn:snapshots"}
EXPRESS = {**STANDARD, "ExpressZone": "use1-az4", "ExpressBucket": BUCKET, "ExpressBucket.Arn": "arn:express"}
RAW = yaml.load(PATH.read_text(), Loader)
FUNCTIONS = {function.endpoint: function for function in read(EXPRESS).functions}
SESSION = "s3express:CreateSession"


def sessions(function: Function, known: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements that let the function open sessions."""
    resolver = Resolver(RAW, {"AWS::Region": "us-east-1", **known})
    documents = [
        RAW["Resources"][policy["Ref"]]["Properties"]["PolicyDocument"] if "Ref" in policy else policy
        for policy in RAW["Resources"][function.name]["Properties"].get("Policies", ())
    ]
    statements = [statement for document in documents for statement in resolver.value(document["Statement"])]
    return [statement for statement in statements if statement["Action"] == SESSION]


def test_functions_store_in_the_bucket_that_is_made_and_in_no_other() -> None:
    for function in FUNCTIONS.values():
        assert settings.read(dict(function.environment)).store == f"s3://{BUCKET}"
    assert is_directory_bucket(BUCKET)
    assert RAW["Resources"]["ExpressBucket"]["Condition"] == "UsesExpress"
    assert all(function.environment["GYM_HTTP_STORE"] == "s3://snapshots" for function in read(STANDARD).functions)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_who_writes_may_open_any_session_and_who_reads_one_that_reads(function: Function) -> None:
    """Without a mode in the request, AWS opens the widest session that is granted."""
    granted = sessions(function, EXPRESS)
    assert all(statement["Resource"] == "arn:express" for statement in granted)
    writes = any(grant.action in ("s3:PutObject", "s3:DeleteObject") for grant in function.grants)
    assert bool(granted) is bool(function.grants)
    reading = {"StringEquals": {"s3express:SessionMode": "ReadOnly"}}
    assert any("Condition" not in statement for statement in granted) is writes
    assert all(statement.get("Condition", reading) == reading for statement in granted)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_without_the_parameter_nobody_may_open_one(function: Function) -> None:
    assert sessions(function, STANDARD) == []


def test_both_buckets_delete_by_age_alike() -> None:
    rules = {
        name: {
            (rule["Prefix"], str(rule["ExpirationInDays"]))
            for rule in RAW["Resources"][name]["Properties"]["LifecycleConfiguration"]["Rules"]
            if "ExpirationInDays" in rule
        }
        for name in ("SnapshotBucket", "ExpressBucket")
    }
    assert rules["SnapshotBucket"] == rules["ExpressBucket"]


@pytest.mark.parametrize(("parameter", "fits"), [("KeepHistory", "false"), ("KmsKeyArn", "")])
def test_what_a_directory_bucket_does_not_have_is_refused_before_anything_is_made(
    parameter: str, fits: str
) -> None:
    rule = RAW["Rules"]["ExpressKeepsNoVersionsAndNoKey"]
    asserted = {each["Assert"]["Fn::Equals"][0]["Ref"]: each for each in rule["Assertions"]}
    resolver = Resolver(RAW, EXPRESS)
    assert resolver.value(rule["RuleCondition"]) is True
    assert asserted[parameter]["Assert"]["Fn::Equals"][1] == fits
    assert parameter in asserted[parameter]["AssertDescription"]
    assert resolver.value(asserted[parameter]["Assert"]) is True
    assert Resolver(RAW, {**EXPRESS, parameter: "other"}).value(asserted[parameter]["Assert"]) is False
    assert Resolver(RAW, STANDARD).value(rule["RuleCondition"]) is False
