"""The gateway in front of Lambda's own runtime does with requests and answers what API Gateway does."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from infra.aws.template import Cors, Function, Route, Template
from infra.emulator.gateway import Gateway
from infra.emulator.sandbox import LARGEST_EVENT
from shared.web.protocol.lambda_limits import check_reply_size
from tests.applications import Asgi, Reply

pytestmark = [pytest.mark.slow, pytest.mark.aws, pytest.mark.usefixtures("lambda_runtime")]

CORS = Cors(("https://page",), ("GET", "POST"), ("Content-Type",), ("ETag",), 60)
Send = Callable[..., Reply]


def function(name: str, timeout_s: int = 5) -> Function:
    return Function(
        name=name.title(),
        handler=f"tests.infra.handlers.{name}",
        routes=(Route("POST", f"/{name}"), Route("POST", f"/{name}/{{rest+}}")),
        environment={},
        memory_mib=128,
        timeout_s=timeout_s,
        grants=frozenset(),
    )


@pytest.fixture(scope="module")
def send(tmp_path_factory: pytest.TempPathFactory, lambda_runtime: None) -> Iterator[Send]:
    functions = (*(function(name) for name in ("echo", "broken", "ended", "sized")), function("slow", timeout_s=1))
    gateway = Gateway(Template(functions, CORS), {}, tmp_path_factory.mktemp("logs"), sandboxes=1)
    with TestClient(gateway) as client:
        yield Asgi(client).send


@pytest.mark.parametrize("content", [b"", b"text", b"\x00\xff\xfe", "ünicode".encode()])
@pytest.mark.parametrize("content_type", ["application/json", "application/msgpack", "text/plain; charset=utf-8"])
def test_a_body_comes_and_goes_as_it_is(send: Send, content: bytes, content_type: str) -> None:
    reply = send("POST", "/echo", content, {"content-type": content_type})
    assert (reply.status, reply.content, reply.headers["content-type"]) == (201, content, content_type)


def test_a_path_and_its_query_reach_the_function(send: Send) -> None:
    headers = send("POST", "/echo/a%20b/?x=1&x=%2F", b"").headers
    assert (headers["path"], headers["query"]) == ("/echo/a b/", "x=1&x=%2F")


def test_cookies_come_and_go(send: Send) -> None:
    assert send("POST", "/echo", b"", {"cookie": "a=1"}).headers["set-cookie"] == "a=1"


def test_a_request_that_no_route_takes_is_404(send: Send) -> None:
    for method, path in (("GET", "/echo"), ("POST", "/other"), ("POST", "/")):
        reply = send(method, path, b"" if method == "POST" else None)
        assert (reply.status, reply.json) == (404, {"message": "Not Found"})


def test_the_gateway_answers_preflights(send: Send) -> None:
    asked = {
        "origin": "https://page",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    headers = send("OPTIONS", "/echo", None, asked).headers
    assert headers["access-control-allow-origin"] == "https://page"
    assert headers["access-control-allow-headers"] == "Content-Type"
    for refused in ({"access-control-request-method": "PUT"}, {"access-control-request-headers": "x-other"}):
        assert "access-control-allow-methods" not in send("OPTIONS", "/echo", None, asked | refused).headers


def test_the_gateways_cors_takes_the_place_of_the_functions(send: Send) -> None:
    allowed = send("POST", "/echo", b"", {"origin": "https://page"}).headers
    assert (allowed["access-control-allow-origin"], allowed["access-control-expose-headers"]) == (
        "https://page",
        "ETag",
    )
    assert "access-control-allow-origin" not in send("POST", "/echo", b"", {"origin": "https://other"}).headers


def test_a_function_that_takes_too_long_is_500_and_the_next_call_is_answered(send: Send) -> None:
    reply = send("POST", "/slow?5", b"")
    assert (reply.status, reply.json) == (500, {"message": "Internal Server Error"})
    assert send("POST", "/slow?0", b"").status == 200


def test_a_function_that_raises_is_500_and_tells_nothing(send: Send) -> None:
    reply = send("POST", "/broken", b"")
    assert (reply.status, reply.json) == (500, {"message": "Internal Server Error"})


def test_a_process_that_ends_is_500_and_the_next_call_is_answered(send: Send) -> None:
    assert send("POST", "/ended?now", b"").status == 500
    assert send("POST", "/ended", b"").status == 200


def test_the_longest_reply_that_the_service_lets_pass_is_carried(send: Send) -> None:
    length = LARGEST_EVENT - 16_384 - 2  # less the quotes around it
    check_reply_size(b"x" * length, text=True)
    assert len(send("POST", f"/sized?{length}", b"").content) == length
    assert send("POST", f"/sized?{LARGEST_EVENT}", b"").status == 500


def test_an_event_longer_than_lambda_takes_is_413(send: Send) -> None:
    assert send("POST", "/echo", b"x" * LARGEST_EVENT).status == 413


def test_functions_have_processes_of_their_own_and_rotate_where_asked(
    tmp_path: Path, lambda_runtime: None
) -> None:
    with ExitStack() as stack:
        gateway = Gateway(Template((function("echo"),), CORS), {}, tmp_path, sandboxes=2, rotate=True)
        send = Asgi(stack.enter_context(TestClient(gateway))).send
        seen = [send("POST", "/echo", b"").headers["x-sandbox"] for _ in range(4)]
    assert seen[0] != seen[1]
    assert seen[2:] == seen[:2]
    ended = [int(name.split()[1]) for name in set(seen)]
    assert not any(Path("/proc", str(pid)).exists() for pid in ended if os.name == "posix")
