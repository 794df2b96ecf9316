"""Pages of origins that the settings name may call the API, and others may not."""

import dataclasses

import pytest
from starlette.testclient import TestClient

from functions import list_envs
from shared.errors import Misconfigured
from shared.settings import Settings
from shared.web.app.application import create_app
from shared.web.service.service import Service, open_service
from tests.applications import Api, served
from tests.servers import uvicorn

EVIL = "https://evil.example"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}


def test_a_page_of_any_origin_may_call_and_read_the_revision_where_all_are_allowed(settings: Settings) -> None:
    with served("local", dataclasses.replace(settings, cors_origins=("*",))) as client:
        reply = Api(client).get("/v1/envs/", origin=EVIL)
        preflight = client.send("OPTIONS", "/v1/envs/", None, {"origin": "null", **PREFLIGHT})
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "ETag" in reply.headers["access-control-expose-headers"]
    assert preflight.status == 200
    assert int(preflight.headers["access-control-max-age"]) >= 600


@pytest.mark.parametrize("origins", [(), ("https://good.example",)])
def test_a_page_of_an_unlisted_origin_reads_and_creates_nothing_without_preflight_too(
    settings: Settings, origins: tuple[str, ...]
) -> None:
    with served("local", dataclasses.replace(settings, cors_origins=origins)) as client:
        api = Api(client)
        simple = {"origin": EVIL, "content-type": "text/plain"}
        for path in ("/v1/envs/", "/legacy/v1/envs/"):
            reply = client.send("POST", path, b'{"env_id": "CartPole-v1"}', simple)
            assert (reply.status, reply.json["type"]) == (403, "urn:gym-http:problem:origin-not-allowed")
        assert client.send("OPTIONS", "/v1/envs/", None, {"origin": EVIL, **PREFLIGHT}).status == 403
        listed = api.get("/v1/envs/", origin=EVIL)
    assert listed.json == {}
    assert "access-control-allow-origin" not in listed.headers


@pytest.mark.parametrize(
    ("origins", "origin"), [((), "http://localhost:8000"), (("https://good.example",), "https://good.example")]
)
def test_a_page_of_an_allowed_origin_creates_and_reads_the_reply(
    settings: Settings, origins: tuple[str, ...], origin: str
) -> None:
    with served("local", dataclasses.replace(settings, cors_origins=origins)) as client:
        reply = Api(client).post("/v1/envs/", {"env_id": "CartPole-v1"}, origin=origin)
        preflight = client.send("OPTIONS", "/v1/envs/", None, {"origin": origin, **PREFLIGHT})
    assert reply.status == preflight.status == 200
    assert reply.headers["access-control-allow-origin"] == origin
    assert preflight.headers["access-control-allow-origin"] == origin


def test_a_page_may_read_why_the_settings_are_wrong_and_no_more_once_they_are_right(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = [True]

    def opening(chosen: Settings, **options: bool) -> Service:
        if fails:
            raise Misconfigured("Not yet.")
        return open_service(chosen, **options)

    monkeypatch.setattr("shared.web.service.opened.open_service", opening)
    client = TestClient(create_app(list_envs.router, settings=settings))
    told = client.get("/v1/envs/", headers={"origin": EVIL})
    assert (told.status_code, told.headers["access-control-allow-origin"]) == (503, "*")
    fails.clear()
    served = client.get("/v1/envs/", headers={"origin": EVIL})
    assert served.status_code == 200
    assert "access-control-allow-origin" not in served.headers


def test_a_server_on_loopback_answers_to_no_name_that_was_pointed_at_it() -> None:
    with uvicorn(GYM_HTTP_STORE="memory:") as server:
        port = server.url.rpartition(":")[2]
        refused = server.send("GET", "/v1/envs/", None, {"host": f"evil.example:{port}"})
        page = server.send("GET", "/agent.html", None, {"host": f"evil.example:{port}"})
        assert server.send("GET", "/v1/envs/", None, {"host": f"localhost:{port}"}).status == 200
    assert (refused.status, refused.json["type"]) == (421, "urn:gym-http:problem:host-not-allowed")
    assert page.status == 421
    with uvicorn(GYM_HTTP_STORE="memory:", GYM_HTTP_ALLOWED_HOSTS="gym.example") as server:
        assert server.send("GET", "/v1/envs/", None, {"host": "gym.example"}).status == 200
