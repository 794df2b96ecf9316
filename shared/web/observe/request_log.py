"""What is recorded about a request while it is answered, for its log line, reply headers and metrics."""

import os
import re
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Scope

from shared.session.calls.timing import Timing

RawHeaders = Mapping[bytes, bytes]
"""A request's headers as ASGI gives them, with names in lower case."""

VARY_ORIGIN = (b"vary", b"Origin")
"""Whether a page may read a reply depends on the page's origin."""

_REQUEST_ID = b"x-request-id"
_SANE_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")


class RequestLog:
    """One request. What is unknown, or not known yet, is None."""

    __slots__ = ("headers", "instance_id", "owner", "problem", "request_id", "revision", "timing")

    def __init__(self, scope: Scope) -> None:
        self.timing = Timing()
        self.headers: RawHeaders = dict(scope["headers"])
        self.request_id = _request_id(self.headers, scope)
        """The client's `X-Request-Id`, Lambda's request id, or a random one."""
        self.owner: str | None = None
        self.instance_id: str | None = None
        self.revision: int | None = None
        """The instance's revision after the call."""
        self.problem: str | None = None
        """The type of problem in the reply, such as `invalid-action`."""

    def add_headers(self, response: Response) -> None:
        """Add `X-Request-Id` and, if an instance was called, `Server-Timing` in milliseconds (by the W3C)."""
        headers = response.raw_headers
        headers += (VARY_ORIGIN, (_REQUEST_ID, self.request_id.encode()))
        timing = self.timing
        if timing.calls:
            phases = "load;dur=%.3f, env;dur=%.3f, save;dur=%.3f"
            milliseconds = (timing.load * 1e3, timing.env * 1e3, timing.save * 1e3)
            headers.append((b"server-timing", (phases % milliseconds).encode()))


def _request_id(headers: RawHeaders, scope: Scope) -> str:
    """The client's id if it is safe in a log and a header, else Lambda's, else a random one."""
    sent = headers.get(_REQUEST_ID)
    if sent is not None and _SANE_ID.fullmatch(sent):
        return str(sent, "ascii")
    context = scope.get("aws.context")
    return os.urandom(8).hex() if context is None else str(context.aws_request_id)
