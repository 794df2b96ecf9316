"""What answers a request: a reply of known bytes, or whatever else sends itself as Starlette's responses do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec
from starlette.types import Receive, Scope, Send

RawHead = Sequence[tuple[bytes, bytes]]
"""A reply's headers as ASGI wants them: names in lower case."""


class Response(Protocol):
    """What an endpoint returns: a `Reply`, or one of Starlette's responses."""

    status_code: int
    raw_headers: list[tuple[bytes, bytes]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""


class Reply(msgspec.Struct):
    """A response of known bytes.

    Starlette's own makes its headers from text, which takes 4 µs a reply, and is imported together with cookies,
    forms and anyio: a twentieth of a function's cold start.
    """

    body: bytes
    status_code: int
    raw_headers: list[tuple[bytes, bytes]]
    """With the body's length."""

    @classmethod
    def of(cls, body: bytes, status: int, head: Iterable[tuple[bytes, bytes]]) -> "Reply":
        """The reply with this body, whose length is added to the headers."""
        return cls(body, status, [*head, (b"content-length", b"%d" % len(body))])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


def head_of(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers as ASGI wants them."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
