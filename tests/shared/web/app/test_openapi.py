"""The document describes every endpoint as it behaves."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from functions import local
from shared import errors
from shared.web.app.routing import Endpoint
from shared.web.protocol.dialect import V1
from shared.web.protocol.problems import PROBLEMS
from tests.applications import Api

ENDPOINTS: list[Endpoint] = [endpoint for module in local.MODULES for endpoint in module.router.endpoints]
NAMES = [endpoint.handler.__name__ for endpoint in ENDPOINTS]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    written: dict[str, Any] = local.app.openapi()
    return written


def references(part: Any) -> Iterator[str]:
    """What the part of a document refers to."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_whatever_the_document_refers_to_is_in_it(document: dict[str, Any]) -> None:
    """Generators of clients refuse the whole document else."""
    found = set(references(document))
    assert "#/components/schemas/Problem" in found
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert found <= known


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)
def test_every_endpoint_is_documented_with_its_errors_and_examples(
    endpoint: Endpoint, document: dict[str, Any]
) -> None:
    operation = document["paths"][endpoint.path][endpoint.method.lower()]
    assert operation["operationId"] == endpoint.handler.__name__
    assert operation["summary"] == endpoint.summary
    assert operation["description"]
    for error in endpoint.errors:
        status = endpoint.dialect.status(error)
        assert f"`{PROBLEMS[error].name}`" in operation["responses"][str(status.value)]["description"]
    if endpoint.body is not None:
        assert str(endpoint.dialect.status(errors.InvalidRequest).value) in operation["responses"]
    reply = operation["responses"][str(endpoint.status)]
    if endpoint.status == 204:
        assert "content" not in reply
        return
    in_json = endpoint.media_type == "application/json"
    also = ["application/msgpack"] if in_json and endpoint.dialect is V1 else []
    assert [*reply["content"]] == [endpoint.media_type, *also]
    for media_type in also:
        assert reply["content"][media_type]["schema"] == reply["content"]["application/json"]["schema"]
    if endpoint.body is not None:
        file = [] if endpoint.file is None else [endpoint.file.media_type]
        assert [*operation["requestBody"]["content"]] == ["application/json", *also, *file]


def test_bounds_are_documented_to_the_last_digit(document: dict[str, Any]) -> None:
    revision = document["components"]["schemas"]["BatchStepCall"]["properties"]["if_match"]["anyOf"][0]
    assert repr(revision["exclusiveMaximum"]) == repr(2**63)


@pytest.mark.parametrize(
    "endpoint", [endpoint for endpoint in ENDPOINTS if endpoint.example is not None], ids=lambda e: e.summary
)
def test_an_example_is_a_reply_of_the_declared_form(endpoint: Endpoint) -> None:
    TypeAdapter(endpoint.reply).validate_python(endpoint.example, strict=True)


def test_every_json_endpoint_has_an_example_but_the_catalogue() -> None:
    without = {
        endpoint.handler.__name__ for endpoint in ENDPOINTS if endpoint.example is None and endpoint.status != 204
    }
    assert without == {"stream_env", "monitor_frames", "frames_env", "video_env", "snapshot_env", "catalog"}


def test_every_parameter_of_a_path_is_described(document: dict[str, Any]) -> None:
    for endpoint in ENDPOINTS:
        operation = document["paths"][endpoint.path][endpoint.method.lower()]
        in_path = [each for each in operation.get("parameters", ()) if each["in"] == "path"]
        assert {each["name"] for each in in_path} == {
            part.strip("{}") for part in endpoint.path.split("/") if part.startswith("{")
        }
        assert all(each["description"] and each["schema"]["examples"] for each in in_path)


def test_errors_are_documented_in_the_form_of_their_dialect(document: dict[str, Any]) -> None:
    for path, form, media_type in (
        ("/v1/envs/", "Problem", "application/problem+json"),
        ("/legacy/v1/envs/", "LegacyError", "application/json"),
    ):
        [content] = [document["paths"][path]["post"]["responses"]["401"]["content"]]
        assert content == {media_type: {"schema": {"$ref": f"#/components/schemas/{form}"}}}
        assert form in document["components"]["schemas"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_bounds_of_numbers_are_told_in_json_schema_words(local: Api) -> None:
    schemas = local.get("/openapi.json").json["components"]["schemas"]
    count = schemas["ForkBody"]["properties"]["count"]
    assert (count["minimum"], count["maximum"]) == (1, 1000)
    for schema in schemas.values():
        assert not {'"ge":', '"gt":', '"le":', '"lt":'} & set(json.dumps(schema).split())


def test_a_body_of_which_nothing_is_required_may_be_left_out(document: dict[str, Any]) -> None:
    instance = "/v1/envs/{instance_id}"
    assert document["paths"][f"{instance}/step/"]["post"]["requestBody"]["required"]
    assert not document["paths"][f"{instance}/reset/"]["post"]["requestBody"]["required"]


def test_replies_match_the_schemas_that_document_them(local: Api) -> None:
    by_name = {endpoint.handler.__name__: endpoint for endpoint in ENDPOINTS}
    instance = local.create("CartPole-v1", render_mode="rgb_array")
    replies = {
        "reset_env": local.post(f"{instance}/reset/"),
        "step_env": local.post(f"{instance}/step/", {"action": 0}),
        "render_env": local.post(f"{instance}/render/"),
        "monitor_render": local.get(f"{instance}/monitor/render/"),
        "get_env": local.get(instance),
        "list_envs": local.get("/v1/envs/"),
        "action_space": local.get(f"{instance}/action_space/"),
        "observation_space": local.get(f"{instance}/observation_space/"),
        "sample_action_space": local.post(f"{instance}/action_space/sample/"),
        "action_space_contains": local.post(f"{instance}/action_space/contains/", {"value": 1}),
        "catalog": local.get("/v1/catalog/"),
        "health": local.get("/v1/health/"),
        "livez": local.get("/v1/livez/"),
        "readyz": local.get("/v1/readyz/"),
        "close_env": local.delete(instance),
    }
    for name, reply in replies.items():
        TypeAdapter(by_name[name].reply).validate_json(reply.content, strict=True, extra="forbid")
