"""Messages of a session: a call's body with an envelope before it, and what is in a reply."""

from typing import Any

import msgpack

from gymnasium_http.errors import GymHTTPError
from gymnasium_http.transport.replies import error_of

SUBPROTOCOL = "gymnasium.v1.msgpack"

_OF_ENVELOPE = ("id", "revision", "replayed", "warning")


def message(number: int, acknowledged: int | None, name: str, content: bytes | None, key: str) -> bytes:
    """The message of this number: `content` with the envelope before it.

    Args:
        number: Its id.
        acknowledged: That of the last message that was answered.
        name: What sessions call the call.
        content: The body, a map from `exact.pack`.
        key: The idempotency key.
    """
    envelope: dict[str, Any] = {"id": number, "call": name, "key": key}
    if acknowledged is not None:
        envelope["ack"] = acknowledged
    packed: bytes = msgpack.packb(envelope)
    if content is None:
        return packed
    if content[0] & 0xF0 == 0x80:  # up to 15 members
        count, begin = content[0] & 15, 1
    else:
        count, begin = int.from_bytes(content[1:3], "big"), 3
    count += len(envelope)
    head = bytes((0x80 | count,)) if count < 16 else b"\xde" + count.to_bytes(2, "big")
    return head + packed[1:] + content[begin:]


def error_in_message(reply: dict[str, Any]) -> GymHTTPError | None:
    """The exception for a reply that is an error."""
    problem = reply.get("problem")
    if problem is None:
        return None
    waits = problem.get("retry_after")
    return error_of(problem.get("status", 0), problem, None if waits is None else str(waits))


def without_envelope(reply: dict[str, Any]) -> dict[str, Any]:
    """The reply as HTTP has it."""
    for member in _OF_ENVELOPE:
        reply.pop(member, None)
    return reply
