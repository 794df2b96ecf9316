"""The API's own root on AWS leads a person to the pages."""

import json
from typing import Any

import pytest

from functions.front import handler


def opened(path: str) -> dict[str, Any]:
    """The function's answer to a person who opens the path, below a stage's name."""
    return handler({"version": "2.0", "routeKey": f"GET {path}", "rawPath": f"/prod{path}"}, None)


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json"])
def test_a_person_is_led_to_the_page_of_that_name(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYM_HTTP_PAGES_URL", "https://gym.example/")
    answer = opened(path)
    assert (answer["statusCode"], answer["headers"]["location"]) == (307, f"https://gym.example{path}")


def test_what_no_route_takes_is_told_what_paths_begin_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under the name of a stage that the deployment does not have; the pages are no answer to that."""
    monkeypatch.setenv("GYM_HTTP_PAGES_URL", "https://gym.example/")
    answer = handler({"version": "2.0", "routeKey": "$default", "rawPath": "/prod/v1/envs"}, None)
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (404, "application/problem+json")
    problem = json.loads(answer["body"])
    assert problem["type"] == "urn:gym-http:problem:path-not-found"
    assert "ApiUrl" in problem["detail"]


def test_where_the_pages_are_not_known_a_person_is_told_which_parameter_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GYM_HTTP_PAGES_URL", "none")
    answer = opened("/docs")
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (404, "application/problem+json")
    problem = json.loads(answer["body"])
    assert problem["type"] == "urn:gym-http:problem:path-not-found"
    assert "PagesUrl" in problem["detail"]
