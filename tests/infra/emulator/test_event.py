"""Events and replies are those of payload format version 2.0."""

import base64
from typing import Any

import pytest

from infra.aws.template import DEFAULT_ROUTE, Route
from infra.emulator.event import event, failure, reply

ROUTE = Route("POST", "/v1/envs/{instance_id}/step")


def test_an_event_has_the_route_the_decoded_path_and_the_query_as_it_came() -> None:
    made = event(ROUTE, "/v1/envs/a%20b/step?x=1&x=%2F", parameters={"instance_id": "a b"})
    assert made["routeKey"] == "POST /v1/envs/{instance_id}/step"
    assert (made["rawPath"], made["rawQueryString"]) == ("/v1/envs/a b/step", "x=1&x=%2F")
    assert made["queryStringParameters"] == {"x": "1,/"}
    assert made["pathParameters"] == {"instance_id": "a b"}


def test_the_default_route_takes_any_method() -> None:
    made = event(DEFAULT_ROUTE, "/prod/v1/envs", method="PUT")
    assert made["routeKey"] == made["requestContext"]["routeKey"] == "$default"
    assert made["requestContext"]["http"]["method"] == "PUT"


def test_repeated_headers_are_joined_and_cookies_stand_apart() -> None:
    headers = [("accept", "a"), ("accept", "b"), ("cookie", "c=1; d=2"), ("host", "api.example.org")]
    made = event(ROUTE, "/", headers=headers)
    assert made["headers"]["accept"] == "a,b"
    assert "cookie" not in made["headers"]
    assert made["cookies"] == ["c=1", "d=2"]
    assert made["requestContext"]["domainPrefix"] == "api"


@pytest.mark.parametrize(
    ("content_type", "content", "encoded"),
    [
        ("application/json", b"{}", False),
        ("text/plain; charset=utf-8", "ü".encode(), False),
        ("application/json", b"\xff", True),
        ("application/msgpack", b"\x80", True),
    ],
)
def test_a_body_that_is_not_text_is_in_base64(content_type: str, content: bytes, encoded: bool) -> None:
    made = event(ROUTE, "/", headers=[("content-type", content_type)], content=content)
    assert made["isBase64Encoded"] is encoded
    assert (base64.b64decode(made["body"]) if encoded else made["body"].encode()) == content


def test_no_body_is_no_member() -> None:
    assert "body" not in event(ROUTE, "/")


def test_an_answer_becomes_status_headers_cookies_and_content() -> None:
    answer = {
        "statusCode": 201,
        "headers": {"Content-Type": "application/msgpack"},
        "cookies": ["a=1"],
        "body": base64.b64encode(b"\x80").decode(),
        "isBase64Encoded": True,
    }
    assert reply(answer) == (201, [("content-type", "application/msgpack"), ("set-cookie", "a=1")], b"\x80")


def test_an_answer_without_a_status_is_200_with_the_answer_as_json() -> None:
    assert reply({"swept": 3}) == (200, [("content-type", "application/json")], b'{"swept": 3}')


@pytest.mark.parametrize("answer", [{"errorType": "RuntimeError", "errorMessage": "a secret"}, "Task timed out"])
def test_a_failed_function_is_500_and_tells_nothing(answer: Any) -> None:
    assert reply(answer) == failure(500, "Internal Server Error")
    assert b"secret" not in reply(answer).content
