"""CloudFormation's intrinsic functions give what the user guide says."""

from typing import Any

import pytest
import yaml

from infra.aws.intrinsics import Loader, Resolver

TEMPLATE: dict[str, Any] = yaml.load(
    """
Parameters:
  Days: {Type: String, Default: "7"}
  Origins: {Type: CommaDelimitedList, Default: "https://a,https://b"}
  Key: {Type: String, Default: ""}
Mappings:
  Idle:
    "7": {Seconds: "604800"}
Conditions:
  HasKey: !Not [!Equals [!Ref Key, ""]]
  HasBoth: !And [!Condition HasKey, !Equals [!Ref Days, "7"]]
""",
    Loader,
)


def resolved(text: str, **known: Any) -> Any:
    return Resolver(TEMPLATE, known).value(yaml.load(text, Loader))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref Days", "7"),
        ("!Ref Bucket", "snapshots"),
        ("!Ref Origins", ["https://a", "https://b"]),
        ('!Sub "s3://${Bucket}/${Days}"', "s3://snapshots/7"),
        ('!Join [",", !Ref Origins]', "https://a,https://b"),
        ("!FindInMap [Idle, !Ref Days, Seconds]", "604800"),
        ("!GetAtt Bucket.Arn", "arn:snapshots"),
        ('!If [HasKey, "a", "b"]', "b"),
        ("{plain: [1, !Ref Days]}", {"plain": [1, "7"]}),
    ],
)
def test_a_function_gives_its_value(text: str, value: Any) -> None:
    assert resolved(text, Bucket="snapshots", **{"Bucket.Arn": "arn:snapshots"}) == value


def test_a_condition_sees_the_values_that_are_given() -> None:
    assert resolved('!If [HasBoth, "a", "b"]', Key="k") == "a"
    assert resolved('!If [HasBoth, "a", "b"]', Key="k", Days="1") == "b"


def test_what_has_no_value_is_left_out() -> None:
    assert resolved('{kept: 1, gone: !If [HasKey, 2, !Ref "AWS::NoValue"]}') == {"kept": 1}
    assert resolved('[1, !If [HasKey, 2, !Ref "AWS::NoValue"]]') == [1]


def test_an_unknown_name_and_an_unknown_function_are_named() -> None:
    with pytest.raises(LookupError, match="Nowhere"):
        resolved("!Ref Nowhere")
    with pytest.raises(LookupError, match="Fn::Base64"):
        resolved("!Base64 x")
