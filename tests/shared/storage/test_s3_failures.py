"""What an answer or a silence of S3 means, without a server."""

from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from shared.errors import OutcomeUnknown, StoreUnavailable
from shared.storage.protocol import Conflict
from shared.storage.s3_failures import of_answer, of_silence, status

URL = "https://key:secret@s3.example:9000/bucket"


def answer(code: str, status: int) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": "secret"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "PutObject")


def test_the_status_is_that_of_the_answer() -> None:
    assert status(answer("SlowDown", 503)) == 503


@pytest.mark.parametrize(
    ("code", "answered", "conditional", "meaning"),
    [
        ("PreconditionFailed", 412, True, Conflict),
        ("NoSuchKey", 404, True, Conflict),
        ("InternalError", 500, True, OutcomeUnknown),
        ("InternalError", 500, False, StoreUnavailable),
        ("NotImplemented", 501, True, StoreUnavailable),
        ("NoSuchBucket", 404, True, StoreUnavailable),
        ("NoSuchKey", 404, False, StoreUnavailable),
        ("AccessDenied", 403, True, StoreUnavailable),
    ],
)
def test_only_an_answer_that_proves_it_says_what_became_of_a_conditional_write(
    code: str, answered: int, conditional: bool, meaning: type[Exception]
) -> None:
    failure = of_answer(answer(code, answered), "bucket", conditional)
    assert type(failure) is meaning
    assert "secret" not in str(failure)


@pytest.mark.parametrize(
    ("code", "answered", "repeats", "sent_once"),
    [
        ("PreconditionFailed", 412, 0, True),
        ("NoSuchKey", 404, 0, True),
        ("ConditionalRequestConflict", 409, 0, True),
        ("OperationAborted", 409, 0, False),
        ("PreconditionFailed", 412, 1, False),
        ("PreconditionFailed", 412, None, False),
    ],
)
def test_only_the_refusal_of_the_first_request_proves_that_nothing_was_written(
    code: str, answered: int, repeats: int | None, sent_once: bool
) -> None:
    error = answer(code, answered)
    if repeats is not None:
        error.response["ResponseMetadata"]["RetryAttempts"] = repeats
    conflict = of_answer(error, "bucket", conditional=True)
    assert isinstance(conflict, Conflict)
    assert conflict.sent_once is sent_once


@pytest.mark.parametrize(
    ("error", "conditional", "meaning"),
    [
        (EndpointConnectionError(endpoint_url=URL), True, StoreUnavailable),
        (NoCredentialsError(), True, StoreUnavailable),
        (ReadTimeoutError(endpoint_url=URL), True, OutcomeUnknown),
        (ConnectionClosedError(endpoint_url=URL), True, OutcomeUnknown),
        (ReadTimeoutError(endpoint_url=URL), False, StoreUnavailable),
    ],
)
def test_a_conditional_write_that_was_sent_and_not_answered_has_an_unknown_outcome(
    error: BotoCoreError, conditional: bool, meaning: type[Exception]
) -> None:
    failure = of_silence(error, "bucket", conditional)
    assert type(failure) is meaning
    assert "secret" not in failure.detail
