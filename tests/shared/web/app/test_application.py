"""One composition serves and documents every endpoint."""

import dataclasses
import logging

import pytest

from functions import local
from shared.settings import Settings
from shared.web.app.application import Application, create_app
from shared.web.app.routing import Endpoint
from tests.applications import Api, served

ENDPOINTS: list[Endpoint] = [endpoint for module in local.MODULES for endpoint in module.router.endpoints]
NAMES = [endpoint.handler.__name__ for endpoint in ENDPOINTS]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)
def test_every_module_has_an_application_and_a_handler_of_its_own(endpoint: Endpoint) -> None:
    [module] = [module for module in local.MODULES if endpoint in module.router.endpoints]
    assert isinstance(module.app, Application)
    assert callable(module.handler)


def test_the_documentation_is_served(local: Api) -> None:
    page = local.get("/docs")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self';"
    )
    assert local.get("/docs/").status == 404, "what the page refers to is not below it"
    assert local.get("/openapi.json").json["openapi"].startswith("3.1")


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
