"""Take a deployment back: `python -m infra.aws.roll_back STACK`.

Each function's alias `live` is given the version before the one that it names. No template is changed, so the next
deployment is as any other.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3

from shared.variables import name_region

ALIAS = "live"


class NoEarlierVersion(Exception):
    """A function has no version before the one that is served."""


class Change(NamedTuple):
    """What an alias named, and what it is to name."""

    function: str
    version: int
    earlier: int
    revision: str
    """The alias's own, so that it is not changed after another deployment has."""


def roll_back(stack: str, cloudformation: Any, functions: Any) -> list[Change]:
    """Have every function of the stack served by its earlier version; all or none are asked to.

    Raises:
        NoEarlierVersion: one has none, since it is new or this is the stack's first deployment.
        ClientError: AWS refused, or a deployment came in between.
    """
    changes = [_change(functions, name) for name in _functions_of(stack, cloudformation)]
    for change in changes:
        functions.update_alias(
            FunctionName=change.function,
            Name=ALIAS,
            FunctionVersion=str(change.earlier),
            RevisionId=change.revision,
        )
    return changes


def _functions_of(stack: str, cloudformation: Any) -> Iterator[str]:
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == "AWS::Lambda::Function":
                yield resource["PhysicalResourceId"]


def _change(functions: Any, name: str) -> Change:
    alias = functions.get_alias(FunctionName=name, Name=ALIAS)
    version = int(alias["FunctionVersion"])
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    published = {
        int(each["Version"]) for page in pages for each in page["Versions"] if each["Version"] != "$LATEST"
    }
    earlier = [each for each in published if each < version]
    if not earlier:
        raise NoEarlierVersion(
            f"{name} has no version before {version}; nothing was changed. Deploy what is to run."
        )
    return Change(name, version, max(earlier), alias["RevisionId"])


def main() -> None:
    """Take back the latest deployment of a stack, with the credentials and the region that boto3 finds."""
    parser = argparse.ArgumentParser(prog="python -m infra.aws.roll_back", description=main.__doc__)
    parser.add_argument("stack", help="the stack's name, such as gym")
    given = parser.parse_args()
    name_region()
    session = boto3.session.Session()
    try:
        changes = roll_back(given.stack, session.client("cloudformation"), session.client("lambda"))
    except NoEarlierVersion as error:
        sys.exit(str(error))
    for change in changes:
        print(f"{change.function}: {change.version} -> {change.earlier}")


if __name__ == "__main__":
    main()
