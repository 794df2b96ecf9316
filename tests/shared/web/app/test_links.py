"""The document tells which calls a reply leads to."""

from typing import Any

import pytest

from tests.applications import Api


@pytest.fixture
def operations(local: Api) -> dict[str, Any]:
    paths = local.get("/openapi.json").json["paths"]
    return {operation["operationId"]: operation for methods in paths.values() for operation in methods.values()}


def leads_to(operation: Any) -> set[str]:
    return {link["operationId"] for link in operation["responses"].get("200", {}).get("links", {}).values()}


def test_links_lead_from_creation_through_an_episode(operations: dict[str, Any]) -> None:
    assert leads_to(operations["create_env"]) >= {"reset_env", "step_env", "render_env", "close_env", "fork_env"}
    assert leads_to(operations["fork_env"]) == leads_to(operations["create_env"])
    for name in ("reset_env", "step_env"):
        assert leads_to(operations[name]) == {"step_env", "reset_env", "render_env", "close_env"}
    assert leads_to(operations["create_checkpoint"]) == {"restore_env", "delete_checkpoint"}


def test_every_link_gives_every_parameter_of_the_path(operations: dict[str, Any]) -> None:
    for operation in operations.values():
        for link in operation["responses"].get("200", {}).get("links", {}).values():
            parameters = operations[link["operationId"]].get("parameters", ())
            assert {each["name"] for each in parameters if each["in"] == "path"} == link["parameters"].keys()
