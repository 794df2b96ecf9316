"""A request has a safe id, and its reply tells it and where the time went."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.responses import Response

from shared.web.observe.request_log import VARY_ORIGIN, RequestLog

LAMBDA = SimpleNamespace(aws_request_id="52fdfc07-2182-454f-963f-5f0f9a621d72")


def scope(request_id: bytes | None = None, **more: Any) -> dict[str, Any]:
    return {"headers": [] if request_id is None else [(b"x-request-id", request_id)], **more}


def test_a_clients_id_is_kept_on_lambda_too() -> None:
    assert RequestLog(scope(b"job-7/step.12")).request_id == "job-7/step.12"
    assert RequestLog(scope(b"job-7", **{"aws.context": LAMBDA})).request_id == "job-7"


@pytest.mark.parametrize("sent", [b"", b"a b", b"a\nb", b'a"', b"-a", b"x" * 129, b"\xff"])
def test_an_id_that_is_not_safe_in_a_header_is_replaced_by_a_random_one(sent: bytes) -> None:
    ids = {RequestLog(scope(sent)).request_id for _ in range(2)}
    assert len(ids) == 2
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids)


def test_without_one_lambdas_own_is_used() -> None:
    assert RequestLog(scope(None, **{"aws.context": LAMBDA})).request_id == LAMBDA.aws_request_id


def test_a_reply_carries_the_id_and_varies_by_origin() -> None:
    response = Response()
    RequestLog(scope(b"job-7")).add_headers(response)
    assert response.headers["x-request-id"] == "job-7"
    assert VARY_ORIGIN in response.raw_headers
    assert "server-timing" not in response.headers


def test_a_reply_about_an_instance_tells_milliseconds_by_phase() -> None:
    log, response = RequestLog(scope()), Response()
    timing = log.timing
    timing.calls, timing.load, timing.env, timing.save = 1, 0.0015, 0.25, 2.0
    log.add_headers(response)
    assert response.headers["server-timing"] == "load;dur=1.500, env;dur=250.000, save;dur=2000.000"
