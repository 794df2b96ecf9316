"""What an answer or a silence means, as obstore's exceptions of the installed release tell of it."""

import socket
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from typing import Any

import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store

from shared.errors import OutcomeUnknown, StoreUnavailable
from shared.storage.cloud.failures import Failure, Place, failure_of
from shared.storage.protocol import Conflict
from tests.blocking import result
from tests.shared.storage.cloud.wire import Answer, Fate, Wire, running_wire

PLACE = Place(
    name="The bucket 'b'",
    server="S3",
    host="s3.example:9000",
    missing=frozenset({"NoSuchBucket"}),
    refusals=frozenset({"PreconditionFailed", "NoSuchKey"}),
    advice={"AccessDenied": "grant the right", "Connect": "check the network"},
    check="check the server",
)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with running_wire() as wire:
        yield wire


def failure(call: Coroutine[Any, Any, object], *, sent_once: bool = True) -> Failure:
    async def failed() -> Failure:
        try:
            await call
        except (BaseError, FileNotFoundError) as error:
            return failure_of(error, sent_once=sent_once)
        raise AssertionError("it did not fail")

    return result(failed())


def bucket(endpoint: str, timeout_s: float = 10) -> S3Store:
    return S3Store(
        "b",
        endpoint=endpoint,
        access_key_id="key",
        secret_access_key="secret",
        region="us-east-1",
        client_options={"allow_http": True, "timeout": timedelta(seconds=timeout_s)},
        retry_config={"max_retries": 0},
    )


async def put(store: S3Store, mode: Any = "create") -> object:
    return await store.put_async("a", b"body", mode=mode, use_multipart=False)


@pytest.mark.parametrize("mode", ["create", {"e_tag": '"0"'}, "overwrite"], ids=["create", "replace", "write"])
@pytest.mark.parametrize(
    "answer",
    [
        Answer(412, "PreconditionFailed"),
        Answer(409, "OperationAborted"),
        Answer(404, "NoSuchBucket"),
        Answer(403, "AccessDenied"),
        Answer(401, "InvalidToken"),
        Answer(400, "ExpiredToken"),
        Answer(501, "NotImplemented"),
        Answer(500, "InternalError"),
        Answer(503, "SlowDown"),
        Answer(502),
    ],
    ids=lambda answer: f"{answer.status} {answer.code}",
)
def test_an_answer_is_its_status_and_its_code(wire: Wire, answer: Answer, mode: Any) -> None:
    wire.fates.append(answer)
    assert failure(put(bucket(wire.endpoint), mode)) == Failure(answer.status, answer.code, sent_once=True)
    assert len(wire.methods) == 1


@pytest.mark.parametrize(
    ("fate", "kind", "timeout_s"), [(Fate.DROPPED, "Request", 60.0), (Fate.IGNORED, "Timeout", 1.0)]
)
def test_a_request_that_gets_no_answer_says_how_it_failed(
    wire: Wire, fate: Fate, kind: str, timeout_s: float
) -> None:
    wire.fates.append(fate)
    found = failure(put(bucket(wire.endpoint, timeout_s=timeout_s)))
    assert (found.status, found.kind, found.connected) == (None, kind, True)


def test_a_refused_connection_is_known_as_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        found = failure(put(bucket(f"http://127.0.0.1:{taken.getsockname()[1]}")))
    assert (found.status, found.connected) == (None, False)


def test_a_redirect_says_that_the_region_is_wrong(wire: Wire) -> None:
    wire.fates.append(Answer(301, "PermanentRedirect"))
    assert failure(put(bucket(wire.endpoint))).kind == "redirect"


@pytest.mark.parametrize(
    ("found", "conditional", "meaning"),
    [
        (Failure(412, "PreconditionFailed"), True, Conflict),
        (Failure(404, "NoSuchKey"), True, Conflict),
        (Failure(409, "OperationAborted"), True, Conflict),
        (Failure(500, "InternalError"), True, OutcomeUnknown),
        (Failure(500, "InternalError"), False, StoreUnavailable),
        (Failure(501, "NotImplemented"), True, StoreUnavailable),
        (Failure(404, "NoSuchBucket"), True, StoreUnavailable),
        (Failure(404, "NoSuchKey"), False, StoreUnavailable),
        (Failure(403, "AccessDenied"), True, StoreUnavailable),
        (Failure(kind="Request"), True, OutcomeUnknown),
        (Failure(kind="Request"), False, StoreUnavailable),
        (Failure(kind="Connect"), True, StoreUnavailable),
        (Failure(kind="redirect"), True, StoreUnavailable),
        (Failure(), True, OutcomeUnknown),
    ],
)
def test_only_what_proves_it_says_that_a_conditional_write_was_not_done(
    found: Failure, conditional: bool, meaning: type[Exception]
) -> None:
    assert type(PLACE.meaning(found, conditional)) is meaning


@pytest.mark.parametrize(
    ("code", "answered", "sent_once", "certain"),
    [
        ("PreconditionFailed", 412, True, True),
        ("NoSuchKey", 404, True, True),
        ("OperationAborted", 409, True, False),
        ("PreconditionFailed", 412, False, False),
    ],
)
def test_only_the_refusal_of_the_first_request_proves_that_nothing_was_written(
    code: str, answered: int, sent_once: bool, certain: bool
) -> None:
    conflict = PLACE.meaning(Failure(answered, code, sent_once=sent_once), conditional=True)
    assert isinstance(conflict, Conflict)
    assert conflict.sent_once is certain


def test_a_store_that_cannot_be_used_is_named_with_what_to_do() -> None:
    denied, away, odd = (
        PLACE.unavailable(found) for found in (Failure(403, "AccessDenied"), Failure(kind="Connect"), Failure(418))
    )
    assert denied.detail == (
        "The bucket 'b' named by GYM_HTTP_STORE cannot be used: S3 answered 403 AccessDenied; grant the right."
    )
    assert away.detail.endswith("no connection to s3.example:9000; check the network.")
    assert odd.detail.endswith("S3 answered 418; check the server.")
