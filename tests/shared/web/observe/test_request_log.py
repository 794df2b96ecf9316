"""A request has an id that is safe in a log and in a header."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from shared.web.observe.request_log import joined, request_id_of

LAMBDA = SimpleNamespace(aws_request_id="52fdfc07-2182-454f-963f-5f0f9a621d72")


ON_LAMBDA = {"aws.context": LAMBDA}


def named(sent: bytes | None = None, scope: dict[str, Any] | None = None) -> str:
    return request_id_of({} if sent is None else {b"x-request-id": sent}, scope or {})


def test_a_header_in_several_lines_is_a_list() -> None:
    lines = [(b"if-match", b'"2"'), (b"accept", b"a"), (b"if-match", b'"3"')]
    assert joined(lines) == {b"if-match": b'"2", "3"', b"accept": b"a"}
    assert joined(lines[:2]) == dict(lines[:2])


def test_a_clients_id_is_kept_on_lambda_too() -> None:
    assert named(b"job-7/step.12") == "job-7/step.12"
    assert named(b"job-7", ON_LAMBDA) == "job-7"


@pytest.mark.parametrize("sent", [b"", b"a b", b"a\nb", b'a"', b"-a", b"x" * 129, b"\xff"])
def test_an_id_that_is_not_safe_in_a_header_is_replaced_by_a_random_one(sent: bytes) -> None:
    ids = {named(sent) for _ in range(2)}
    assert len(ids) == 2
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids)


def test_without_one_lambdas_own_is_used() -> None:
    assert named(None, ON_LAMBDA) == LAMBDA.aws_request_id
