"""What is recorded about a request while it is answered, for its log line, reply headers and metrics."""

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from shared.session.calls.timing import Timing

RawHeaders = Mapping[bytes, bytes]
"""A request's headers as ASGI gives them, with names in lower case."""

REQUEST_ID = b"x-request-id"


def joined(headers: Sequence[tuple[bytes, bytes]]) -> RawHeaders:
    """The headers by name. One that came in several lines is a list (RFC 9110, section 5.3)."""
    by_name: dict[bytes, bytes] = {}
    for name, value in headers:
        by_name[name] = by_name[name] + b", " + value if name in by_name else value
    return by_name


VARY_ORIGIN = (b"vary", b"Origin")
"""Whether a page may read a reply depends on the page's origin."""

_SANE_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")


class RequestLog(msgspec.Struct):
    """One request. What is unknown, or not known yet, is None."""

    headers: RawHeaders
    request_id: str
    """The client's `X-Request-Id`, Lambda's request id, or a random one."""
    timing: Timing = msgspec.field(default_factory=Timing)
    owner: str | None = None
    instance_id: str | None = None
    revision: int | None = None
    """The instance's revision after the call."""
    problem: str | None = None
    """The type of problem in the reply, such as `invalid-action`."""
    trace: str | None = None
    """The id of the trace that it belongs to, where traces are sent."""
    method: str = ""
    endpoint: str = ""
    """The path as it is declared."""
    status: int = 0
    ended: float = 0.0
    """When it was answered, in seconds since the epoch."""


def request_id_of(headers: RawHeaders, scope: Mapping[str, Any]) -> str:
    """The client's id if it is safe in a log and a header, else Lambda's, else a random one."""
    sent = headers.get(REQUEST_ID)
    if sent is not None and _SANE_ID.fullmatch(sent):
        return str(sent, "ascii")
    context = scope.get("aws.context")
    return os.urandom(8).hex() if context is None else str(context.aws_request_id)
