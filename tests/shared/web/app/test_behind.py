"""What no endpoint takes is answered too, and a server starts and ends with its service."""

import re
from pathlib import Path

import pytest

from functions import list_envs
from shared.errors import Misconfigured
from shared.settings import Settings
from shared.web.app.application import create_app
from tests.applications import Api, alone


def test_a_path_that_does_not_exist_is_a_problem_whose_cached_reply_is_one_origins(settings: Settings) -> None:
    with alone(create_app(list_envs.router, settings=settings)) as client:
        reply = Api(client).get("/v1/nothing/")
    assert (reply.status, reply.json["type"]) == (404, "urn:gym-http:problem:path-not-found")
    assert reply.headers["vary"] == "Origin"
    assert "/v1/nothing/" in reply.json["detail"]


@pytest.mark.parametrize("path", ["/nowhere/", "/v1/nothing/"])
def test_a_path_that_does_not_exist_is_answered_with_the_requests_id(local: Api, path: str) -> None:
    assert local.client.send("GET", path, headers={"X-Request-Id": "mine"}).headers["x-request-id"] == "mine"
    assert re.fullmatch(r"[0-9a-f]{16}", local.client.send("GET", path).headers["x-request-id"])


@pytest.mark.parametrize("path", ["/v1/env/", "//v1/envs/", "/v1/env"])
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_a_path_that_is_nearly_one_is_404_by_any_method_and_the_right_one_named(
    local: Api, method: str, path: str
) -> None:
    reply = local.client.send(method, path, b"{}" if method == "POST" else None)
    assert (reply.status, reply.json["type"]) == (404, "urn:gym-http:problem:path-not-found")
    assert "did you mean /v1/envs/?" in reply.json["detail"]


def test_a_page_has_no_other_method_than_get_and_head(local: Api) -> None:
    reply = local.post("/agent.html")
    assert (reply.status, reply.json["type"]) == (405, "urn:gym-http:problem:method-not-allowed")
    assert reply.headers["allow"] == "GET, HEAD"
    assert local.post("/nothing.html").status == 404


def test_static_pages_are_served_where_a_folder_is_given(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>here</p>")
    for pages, status in ((tmp_path, 200), (None, 404)):
        with alone(create_app(list_envs.router, settings=settings, pages=pages)) as client:
            assert Api(client).get("/page.html").status == status


def test_a_server_does_not_start_with_a_wrong_setting() -> None:
    with (
        pytest.raises(Misconfigured, match="GYM_HTTP_SIGNING_KEYS"),
        alone(create_app(list_envs.router, settings=Settings(store="s3://bucket"))),
    ):
        raise AssertionError("it has started")
