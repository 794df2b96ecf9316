"""A request is read within its limits, and an owner is who the API key says."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from shared.errors import BodyTooLarge, CheckpointNotFound, InstanceNotFound, InvalidRequest, Unauthorized
from shared.settings import Settings
from shared.web.observe.request_log import RequestLog
from shared.web.protocol import request as module
from shared.web.protocol.encoding import Encoding
from shared.web.protocol.negotiation import encoding_for
from shared.web.protocol.request import ClientGone, Request, read_body
from shared.web.service.service import open_service

INSTANCE = "5f0c7f1c-3f0e-4f0a-9c55-0b8f6f0a2c11"
ENCODING: Encoding = encoding_for(b"", b"", b"")


@contextmanager
def opened(
    headers: dict[bytes, bytes], *api_keys: tuple[str, str], path: str = INSTANCE
) -> Iterator[Request[None]]:
    """A request of these headers to a service of these API keys."""
    service = open_service(Settings(store="memory:", api_keys=api_keys))
    scope = {
        "path": f"/v1/envs/{path}/step/",
        "method": "POST",
        "query_string": b"",
        "path_params": {"instance_id": path, "checkpoint_id": "nonsense"},
    }
    yield Request(scope, service, RequestLog(headers, "an-id"), None, ENCODING, headers)
    asyncio.get_event_loop().run_until_complete(service.close())


def test_without_api_keys_everything_is_the_publics() -> None:
    with opened({}) as request:
        assert request.reference == ("public", INSTANCE, "")
        assert (request.log.owner, request.log.instance_id) == ("public", INSTANCE)
        assert (request.if_match, request.keyed) == (None, None)


def test_affinity_is_what_a_proxy_has_chosen_by_and_may_be_any_text() -> None:
    for sent, told in (
        ({}, None),
        ({b"x-instance": INSTANCE.encode()}, INSTANCE),
        ({b"x-instance": b"\xff"}, "\xff"),
    ):
        with opened(sent) as request:
            assert request.affinity == told


def test_a_request_tells_when_its_client_has_hung_up() -> None:
    messages = [{"type": "http.request"}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return messages.pop(0)

    with opened({}) as request:
        request.receive = receive
        with pytest.raises(ClientGone):
            asyncio.get_event_loop().run_until_complete(request.gone())
    assert messages == []


def test_the_owner_is_who_holds_the_key_which_is_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []

    def owner_of(*sent: Any) -> str:
        compared.append(sent)
        return "ann"

    monkeypatch.setattr(module, "owner_of", owner_of)
    with opened({b"authorization": b"Bearer s", b"idempotency-key": b"k"}, ("ann", "s")) as request:
        assert request.reference.owner == request.owner == "ann"
        assert request.keyed is not None
    assert len(compared) == 1


def test_a_request_without_a_valid_key_is_refused() -> None:
    with opened({b"authorization": b"Bearer wrong"}, ("ann", "s")) as request, pytest.raises(Unauthorized):
        request.check_key()


def test_a_part_that_is_no_id_names_nothing() -> None:
    with opened({}, path="..") as request, pytest.raises(InstanceNotFound):
        request.reference  # noqa: B018
    with opened({}) as request, pytest.raises(CheckpointNotFound):
        request.checkpoint(None)


def test_a_reply_has_its_length_and_the_revision_it_is_about() -> None:
    with opened({}) as request:
        reply = request.reply({"a": 1}, 201, {"Location": "/b"}, revision=3, replayed=True)
    assert (reply.status_code, reply.body) == (201, b'{"a":1}')
    headers = dict(reply.raw_headers)
    assert headers[b"content-length"] == b"7"
    assert (headers[b"etag"], headers[b"location"]) == (b'"3"', b"/b")
    assert headers[b"idempotency-replayed"] == b"true"


def receiving(*messages: dict[str, Any]) -> Callable[[], Awaitable[dict[str, Any]]]:
    waiting = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(waiting)

    return receive


def part(body: bytes, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_is_read_to_its_end() -> None:
    receive = receiving(part(b"ab", True), part(b"c", True), {"type": "http.request"})
    assert asyncio.run(read_body(receive, 3)) == b"abc"


def test_a_body_over_the_limit_is_refused_before_its_end() -> None:
    with pytest.raises(BodyTooLarge) as raised:
        asyncio.run(read_body(receiving(part(b"ab", True), part(b"cd", True)), 3))
    assert raised.value.evidence == {"limit": 3}


def test_a_client_that_goes_in_the_middle_is_no_error_of_ours() -> None:
    with pytest.raises(ClientGone):
        asyncio.run(read_body(receiving(part(b"ab", True), {"type": "http.disconnect"}), 3))


def test_a_compressed_body_is_read_to_its_end_within_the_limit() -> None:
    packed = gzip.compress(b"x" * 50)
    parts = [part(packed[:5], True), part(packed[5:], True), {"type": "http.request"}]
    assert asyncio.run(read_body(receiving(*parts), 50, b"gzip")) == b"x" * 50
    with pytest.raises(BodyTooLarge):
        asyncio.run(read_body(receiving(*parts), 49, b"gzip"))
    with pytest.raises(InvalidRequest, match="cut off"):
        asyncio.run(read_body(receiving(part(packed[:-1], False)), 50, b"gzip"))
