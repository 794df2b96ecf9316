"""One composition serves and documents every endpoint, and every error has one status."""

import dataclasses
import logging
from typing import Any

import pytest
from pydantic import TypeAdapter

from functions import local
from shared import errors
from shared.settings import Settings
from shared.web.app.application import create_app
from shared.web.app.routing import Endpoint
from shared.web.protocol.dialect import V1
from shared.web.protocol.problems import PROBLEMS
from tests.applications import Api, served

ENDPOINTS: list[Endpoint] = [endpoint for module in local.MODULES for endpoint in module.router.endpoints]
NAMES = [endpoint.handler.__name__ for endpoint in ENDPOINTS]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    written: dict[str, Any] = local.app.openapi()
    return written


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
        assert [*operation["requestBody"]["content"]] == ["application/json", *also]


def test_bounds_are_documented_to_the_last_digit(document: dict[str, Any]) -> None:
    seed = document["components"]["schemas"]["CreateBody"]["properties"]["seed"]["anyOf"][0]
    assert repr(seed["exclusiveMaximum"]) == repr(2**63)


@pytest.mark.parametrize(
    "endpoint", [endpoint for endpoint in ENDPOINTS if endpoint.example is not None], ids=lambda e: e.summary
)
def test_an_example_is_a_reply_of_the_declared_form(endpoint: Endpoint) -> None:
    TypeAdapter(endpoint.reply).validate_python(endpoint.example, strict=True)


def test_every_json_endpoint_has_an_example_but_the_catalogue() -> None:
    without = {
        endpoint.handler.__name__ for endpoint in ENDPOINTS if endpoint.example is None and endpoint.status != 204
    }
    assert without == {"stream_env", "monitor_frames", "catalog"}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)
def test_every_module_has_an_application_and_a_handler_of_its_own(endpoint: Endpoint) -> None:
    [module] = [module for module in local.MODULES if endpoint in module.router.endpoints]
    assert module.app.title == "Gymnasium over HTTP"
    assert callable(module.handler)


def test_the_documentation_is_served(local: Api) -> None:
    page = local.get("/docs")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self';"
    )
    assert local.get("/docs/").status == 404, "what the page refers to is not below it"
    assert local.get("/openapi.json").json["openapi"].startswith("3.1")


def test_replies_match_the_schemas_that_document_them(local: Api) -> None:
    by_name = {endpoint.handler.__name__: endpoint for endpoint in ENDPOINTS}
    instance = local.create("CartPole-v1", render_mode="rgb_array")
    replies = {
        "reset_env": local.post(f"{instance}/reset/"),
        "step_env": local.post(f"{instance}/step/", {"action": 0}),
        "render_env": local.get(f"{instance}/monitor/render/"),
        "get_env": local.get(instance),
        "list_envs": local.get("/v1/envs/"),
        "action_space": local.get(f"{instance}/action_space/"),
        "observation_space": local.get(f"{instance}/observation_space/"),
        "sample_action_space": local.post(f"{instance}/action_space/sample/"),
        "action_space_contains": local.post(f"{instance}/action_space/contains/", {"value": 1}),
        "catalog": local.get("/v1/catalog/"),
        "health": local.get("/v1/health/"),
        "close_env": local.delete(instance),
    }
    for name, reply in replies.items():
        TypeAdapter(by_name[name].reply).validate_json(reply.content, strict=True, extra="forbid")


def test_a_bug_is_a_500_that_tells_nothing_of_itself(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret")

    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr("shared.session.calls.operations.Reset", broken)
    with served("local", settings) as client:
        api = Api(client)
        reply = api.post(f"{api.create()}/reset/")
    assert (reply.status, reply.json["type"]) == (500, "urn:gym-http:problem:internal")
    assert "secret" not in reply.content.decode()


def test_a_wrong_setting_is_503_at_the_first_request_and_names_itself(settings: Settings) -> None:
    """As a Lambda function meets it: nothing ran before the request."""
    from mangum import Mangum

    from functions import list_envs
    from tests.applications import _event, _Lambda  # noqa: F401

    handler = Mangum(
        create_app(list_envs.router, settings=dataclasses.replace(settings, store="s3://bucket")), lifespan="off"
    )
    reply = _Lambda({list_envs.router: handler}).send("GET", "/v1/envs/")
    assert (reply.status, reply.json["type"]) == (503, "urn:gym-http:problem:misconfigured")
    assert "GYM_HTTP_SIGNING_KEYS" in reply.json["detail"]
