"""An error reply becomes the exception of its problem; what else than such a server may answer is named."""

import gymnasium_http
import httpx
import pytest
from faults import answer, replying
from gymnasium_http import Contended, GymHTTPError, NotFound, ServerFailed, ServiceUnavailable, VersionMismatch
from gymnasium_http.transport.replies import error_of

from shared.web.protocol.problems import PROBLEMS


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (httpx.Response(200, json={"instance_id": "x"}), VersionMismatch, "another version than this client"),
        (answer(404, "path-not-found"), VersionMismatch, "No."),
        (httpx.Response(200, html="<p>hello</p>"), VersionMismatch, "check the URL"),
        (httpx.Response(301, headers={"Location": "https://there/"}), ServerFailed, "redirects to https://there/"),
        (httpx.Response(404, html="<p>nothing</p>"), NotFound, "answers 404 Not Found .*; check the URL"),
        (httpx.Response(502, html="<p>bad gateway</p>"), ServiceUnavailable, "502 Bad Gateway.*call again"),
        (answer(409, "contended"), Contended, "No."),
        (answer(418, "newer-than-this-client"), GymHTTPError, "No."),
        (answer(500, "internal"), ServerFailed, "No."),
    ],
)
def test_what_else_may_answer_is_named(reply: httpx.Response, kind: type[GymHTTPError], words: str) -> None:
    with pytest.raises(kind, match=words):
        gymnasium_http.attach("x", connection=replying(reply))


def test_every_problem_of_the_server_has_an_exception() -> None:
    for kind in PROBLEMS.values():
        problem = {"type": f"urn:gym-http:problem:{kind.name}", "detail": "No."}
        assert type(error_of(499, problem)) is not type(error_of(499, {})), kind.name


def test_an_error_without_a_sentence_names_its_status() -> None:
    assert str(error_of(499, {})) == "The server answered 499."
    assert str(error_of(502, {"title": "502 Bad Gateway"})).startswith("502 Bad Gateway. Make the same call again")
