"""A reply that Lambda cannot carry, or no longer takes, is refused before the call is saved."""

from types import SimpleNamespace

import pytest

from shared.errors import ReplyTooLarge
from shared.web.protocol.lambda_limits import (
    BURST,
    LAMBDA_CONTEXT,
    LARGEST_REPLY,
    check_reply_size,
    is_lambda,
    seconds_for_calls,
)


def test_a_request_of_a_lambda_function_is_known_by_its_event() -> None:
    assert is_lambda({"aws.event": {}})
    assert not is_lambda({"type": "http"})


def test_a_call_is_interrupted_a_second_before_lambda_ends_the_function() -> None:
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 29_500)
    assert seconds_for_calls({LAMBDA_CONTEXT: context}) == 28.5


@pytest.mark.parametrize(
    ("content", "text", "fits"),
    [
        (b"x" * 6_000_000, True, True),
        (b"x" * 6_000_000, False, False),  # as base64 a third longer
        (b"x" * 4_500_000, False, True),
        (b'"' * 3_500_000, True, False),  # each quote is escaped
        (b'"' * 3_000_000, True, True),
        (b"x" * LARGEST_REPLY, True, False),  # no room for the envelope
    ],
)
def test_what_counts_is_the_length_as_lambda_carries_it(content: bytes, text: bool, fits: bool) -> None:
    if fits:
        check_reply_size(content, text)
    else:
        with pytest.raises(ReplyTooLarge) as raised:
            check_reply_size(content, text)
        assert raised.value.evidence["length"] > raised.value.evidence["limit"]


def test_a_burst_of_pictures_fits_as_base64() -> None:
    check_reply_size(b"\xff" * int(BURST.size), text=False)
