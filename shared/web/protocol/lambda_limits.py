"""What a Lambda function may do: reply with a JSON document of at most 6 MB, before Lambda ends it.

A longer or a later reply is lost, and the gateway answers with a status of its own. So a call that would come to
that is refused or interrupted here, before it is saved.
"""

import json

from starlette.types import Scope

from shared.errors import ReplyTooLarge
from shared.session.monitor.burst import Burst

LAMBDA_CONTEXT = "aws.context"
"""Mangum puts Lambda's context into the scope under this name."""

LAMBDA_EVENT = "aws.event"
"""And the event under this one."""

LARGEST_REPLY = 6_291_556
"""Most bytes that a function returns ("Lambda quotas" in the AWS Lambda developer guide)."""

BURST = Burst(seconds=2.0, size=4_000_000)
"""As much of an endless stream of pictures as one reply holds: it is sent when it ends, and in base64."""

_REPLYING_S = 1.0
"""So long before Lambda ends the function, a call is interrupted, so that there is a reply."""

_ENVELOPE = 16_384
"""Room for the status and the headers."""

_WORST = 3
"""Text becomes at most so many times longer in JSON, where it is JSON or plain text itself."""


def is_lambda(scope: Scope) -> bool:
    """Whether the request came as an event to a Lambda function."""
    return LAMBDA_EVENT in scope


def seconds_for_calls(scope: Scope) -> float:
    """Seconds after which the calls of a request to a Lambda function are interrupted."""
    remaining_s: float = scope[LAMBDA_CONTEXT].get_remaining_time_in_millis() / 1000
    return remaining_s - _REPLYING_S


_ASK_FOR_LESS = (
    "ask for less: fewer steps, a part of an episode, less to include, fewer frames, or `Accept-Encoding: gzip` "
    "and `Accept: application/msgpack`"
)


def check_reply_size(content: bytes, text: bool, advice: str = _ASK_FOR_LESS) -> None:
    """Raise ReplyTooLarge for a body that a Lambda function cannot return. All but `text` is sent as base64."""
    room = LARGEST_REPLY - _ENVELOPE
    if len(content) * _WORST <= room:
        return
    length = len(json.dumps(content.decode())) if text else -(-len(content) // 3) * 4
    if length > room:
        raise ReplyTooLarge(
            f"The reply is {length} bytes as Lambda carries it, and {room} is the most; {advice}.",
            length=length,
            limit=room,
        )
