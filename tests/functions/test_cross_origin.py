"""Pages of other origins may call the API."""

import dataclasses

from shared.settings import Settings
from tests.applications import Api, served


def test_a_page_of_any_origin_may_call_and_read_the_revision(local: Api) -> None:
    reply = local.get("/v1/envs/", origin="https://example.com")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "ETag" in reply.headers["access-control-expose-headers"]
    preflight = local.client.send(
        "OPTIONS",
        "/v1/envs/",
        None,
        {
            "origin": "null",
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type,idempotency-key",
        },
    )
    assert preflight.status == 200
    assert int(preflight.headers["access-control-max-age"]) >= 600


def test_origins_may_be_limited(settings: Settings) -> None:
    limited = dataclasses.replace(settings, cors_origins=("https://good.example",))
    with served("local", limited) as client:
        allowed = Api(client).get("/v1/envs/", origin="https://good.example").headers
        refused = Api(client).get("/v1/envs/", origin="https://bad.example").headers
    assert allowed["access-control-allow-origin"] == "https://good.example"
    assert "access-control-allow-origin" not in refused
