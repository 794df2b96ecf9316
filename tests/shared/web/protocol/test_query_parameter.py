"""A declared query parameter stands in the OpenAPI document with its type and its words."""

from typing import Any

from functions import list_envs, step_env
from shared.web.app.openapi import document


def parameters(endpoint: Any) -> dict[str, Any]:
    written = document([endpoint])
    [methods] = written["paths"].values()
    [operation] = methods.values()
    return {each["name"]: each for each in operation["parameters"] if each["in"] == "query"}


def test_its_type_and_description_are_documented_and_it_is_optional() -> None:
    [endpoint] = step_env.router.endpoints
    declared = endpoint.query["arrays"]
    arrays = parameters(endpoint)["arrays"]
    assert arrays["description"] == getattr(declared, "description", declared)
    assert all(word in str(arrays["schema"]) for word in ("lists", "base64"))
    assert not arrays.get("required", False)


def test_every_endpoint_has_its_own() -> None:
    [endpoint] = list_envs.router.endpoints
    assert [*parameters(endpoint)] == ["owners", "limit", "cursor"]
