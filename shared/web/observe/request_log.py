"""What is noted of a request while it is answered: for its log line, its headers and the metrics."""

import os
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from shared.session.calls.timing import Timing

RawHeaders = Mapping[bytes, bytes]
"""A request's headers as ASGI has them: names in lower case."""

REQUEST_ID = b"x-request-id"

VARY_ORIGIN = (b"vary", b"Origin")
"""Whether a page may read a reply depends on where the page is from."""

_SANE_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")


class RequestLog(msgspec.Struct):
    """One request. What is not known (yet) is None."""

    headers: RawHeaders
    """The request's."""
    request_id: str
    """As the client or Lambda named the request, or else random."""
    timing: Timing = msgspec.field(default_factory=Timing)
    owner: str | None = None
    instance_id: str | None = None
    revision: int | None = None
    """The instance's revision after the call."""
    problem: str | None = None
    """The kind of problem that the reply tells of."""
    method: str = ""
    endpoint: str = ""
    """The path as it is declared."""
    status: int = 0
    ended: float = 0.0
    """When it was answered, in seconds since the epoch."""


def request_id_of(headers: RawHeaders, scope: Mapping[str, Any]) -> str:
    """The client's id, if it is of a form that can stand in a log and a header; Lambda's own; a random one."""
    sent = headers.get(REQUEST_ID)
    if sent is not None and _SANE_ID.fullmatch(sent):
        return str(sent, "ascii")
    context = scope.get("aws.context")
    return os.urandom(8).hex() if context is None else str(context.aws_request_id)
