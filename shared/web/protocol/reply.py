"""A reply as it goes over the wire."""

from collections.abc import Sequence

from starlette.responses import Response

RawHead = Sequence[tuple[bytes, bytes]]
"""A reply's headers as ASGI wants them: names in small letters."""


class Reply(Response):
    """A response of known bytes. Starlette's own makes its headers from text, which takes 4 µs a reply."""

    def __init__(self, body: bytes, status: int, head: RawHead) -> None:
        """`head` is without the length, which is added here."""
        self.body = body
        self.status_code = status
        self.background = None
        self.raw_headers = [*head, (b"content-length", b"%d" % len(body))]
