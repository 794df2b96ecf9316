"""What `Content-Encoding` names: decompressing a request's body as it arrives, within its limit."""

import zlib

from shared.errors import BodyTooLarge, InvalidRequest, UnsupportedEncoding

CODINGS = ("gzip", "x-gzip", "deflate")
"""What is read (RFC 9110, section 8.4.1)."""

_BY_HEADER = zlib.MAX_WBITS | 32
"""Makes zlib tell gzip and its own format apart by their headers."""


class Inflate:
    """Decompresses a body part by part, and never further than to the limit."""

    def __init__(self, content_encoding: bytes, limit: int) -> None:
        """Of the coding that the header names.

        Raises:
            UnsupportedEncoding: it is not read here.
        """
        coding = content_encoding.decode("latin-1").strip().lower()
        if coding not in (*CODINGS, "identity"):
            raise UnsupportedEncoding(
                f"The Content-Encoding {coding[:40]!r} is not read here; send gzip, deflate or the body as it is."
            )
        self._coding = coding
        self._limit = limit
        self._room = limit
        self._decompress = None if coding == "identity" else zlib.decompressobj(_BY_HEADER)
        self._began = False

    def __call__(self, part: bytes) -> bytes:
        """The next part.

        Raises:
            BodyTooLarge: with it the body has more than `limit` bytes.
            InvalidRequest: it is not of the coding.
        """
        if self._decompress is None or not part:
            return part
        self._began = True
        try:
            # One byte more than there is room for shows that there is no room.
            content = self._decompress.decompress(part, self._room + 1)
        except zlib.error as error:
            raise self._broken(str(error)) from None
        self._room -= len(content)
        if self._room < 0 or self._decompress.unconsumed_tail:
            raise too_large(self._limit)
        if self._decompress.unused_data:
            raise self._broken("more follows its end")
        return content

    def end(self) -> None:
        """Check that the body is whole. Nothing at all is an empty body.

        Raises:
            InvalidRequest: it is not.
        """
        if self._decompress is not None and self._began and not self._decompress.eof:
            raise self._broken("it is cut off")

    def _broken(self, reason: str) -> InvalidRequest:
        return InvalidRequest(f"The body cannot be read as Content-Encoding {self._coding}: {reason}.")


def too_large(limit: int, bound: str = "GYM_HTTP_MAX_BODY_BYTES") -> BodyTooLarge:
    """The error of a body over the limit, which the bound of the name sets."""
    return BodyTooLarge(f"The body is over {limit} bytes ({bound}); send less.", limit=limit)
