"""The forms in which bodies come and go: JSON, JSON with base64 arrays, MessagePack, exact values; and gzip.

A request's `Content-Type` says which form its body has; `negotiation` chooses the form of the reply.
"""

import gzip
import json
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec.structs import force_setattr

from shared.codec import exact
from shared.errors import InvalidRequest
from shared.web.bodies.form import BodyForm
from shared.web.observe.request_log import RawHeaders
from shared.web.protocol.lambda_limits import check_reply_size
from shared.web.protocol.query import QueryParameter
from shared.web.protocol.reply import RawHead
from shared.wire.values import forms
from shared.wire.values.msgpack_body import Unreadable, from_msgpack

JSON_TYPE = "application/json"
MSGPACK_TYPE = "application/msgpack"
MSGPACK_TYPES = (MSGPACK_TYPE, "application/x-msgpack", "application/vnd.msgpack")
"""All three names are in use."""

ARRAYS = {
    "arrays": QueryParameter(
        'How JSON holds arrays: "lists", as it does by default, or "base64" for typed arrays '
        '`{"dtype", "shape", "data"}`.',
        Literal["lists", "base64"],
    )
}
"""The query parameter that asks for typed arrays in JSON."""

GZIP_FROM_BYTES = 14_600
"""Shorter bodies arrive in one round trip as they are: ten segments, the first window of TCP (RFC 6928)."""

_NESTED = 200
"""pydantic refuses JSON that is nested deeper; what opens fewer arrays and objects is not."""

_MARKS = (BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE)  # that of UTF-32 begins with UTF-16's, or with nul

_VARY = (b"vary", b"Accept, Accept-Encoding")
_GZIPPED = (b"content-encoding", b"gzip")


class Encoded(NamedTuple):
    """A reply's body, and the headers that tell of its form."""

    content: bytes
    head: RawHead


class Encoding(msgspec.Struct, frozen=True):
    """One form of replies."""

    media_type: str
    encode: Callable[[Any], bytes]
    gzipped: bool
    """Whether large bodies are compressed."""
    by_lambda: bool = False
    """Whether a Lambda function returns the reply, which can be no longer than Lambda carries."""
    exact: bool = False
    """Whether every type comes back as the environment gave it, for a client with NumPy. It follows from these."""
    _head: RawHead = ()

    def __post_init__(self) -> None:
        force_setattr(self, "exact", self.media_type == exact.MEDIA_TYPE)
        force_setattr(self, "_head", ((b"content-type", self.media_type.encode()), _VARY))

    def __call__(self, reply: Any) -> Encoded:
        """The reply in this form.

        Raises:
            NotEncodable: it contains itself or is nested too deep.
            ReplyTooLarge: it is longer than Lambda carries.
        """
        content, head = self.encode(reply), self._head
        if self.gzipped and len(content) > GZIP_FROM_BYTES:
            content, head = gzip.compress(content, compresslevel=1, mtime=0), (*head, _GZIPPED)
        if self.by_lambda:
            check_reply_size(content, text=self.media_type == JSON_TYPE and _GZIPPED not in head)
        return Encoded(content, head)


def as_json(reply: Any) -> bytes:
    """JSON with arrays as nested lists."""
    return msgspec.json.encode(forms.encode(reply, forms.JSON_WRITTEN))


def as_json_of_typed_arrays(reply: Any) -> bytes:
    """JSON with arrays as `{"dtype", "shape", "data"}`, the data in base64."""
    return msgspec.json.encode(forms.encode(reply, forms.JSON_BASE64))


def as_msgpack(reply: Any) -> bytes:
    """MessagePack with arrays as `{"dtype", "shape", "data"}`."""
    return msgspec.msgpack.encode(forms.encode(reply, forms.MSGPACK))


def parse_body(form: BodyForm, raw: bytes, headers: RawHeaders) -> Any:
    """The value of a body in its declared form.

    A body of an unknown type is taken for JSON, since clients of some languages name none or a wrong one.
    An empty body and null are an object without members: clients of some languages send no other.

    Raises:
        InvalidRequest: the body cannot be read, or is not of the form.
    """
    content_type = headers.get(b"content-type", b"")
    if b"msgpack" in content_type and bare(content_type) in MSGPACK_TYPES:
        return _value(form, _unpacked(raw))
    text = as_utf8(raw)
    if form.unchecked is not None and text.isascii() and text.count(b"[") + text.count(b"{") < _NESTED:
        try:
            return form.unchecked.from_json(text)
        except ValueError:
            pass  # the validator says what is wrong
    return form.validator.from_json(b"{}" if text.strip() in (b"", b"null") else text)


def as_utf8(raw: bytes) -> bytes:
    """A body in JSON as UTF-8 without a byte order mark, as which other encodings are recognised too.

    RFC 8259 (section 8.1) asks senders for UTF-8 and lets readers skip a mark. Windows' tools write marks and
    UTF-16, and the servers of Flask that came before this one read them.

    Raises:
        InvalidRequest: it is not of the encoding that it begins in.
    """
    if not raw.startswith(_MARKS) and b"\0" not in raw[:4]:
        return raw
    encoding = json.detect_encoding(raw)
    try:
        return raw.decode(encoding).encode()
    except UnicodeError:
        raise InvalidRequest(f"The body begins as {encoding.upper()} and is not; send JSON in UTF-8.") from None


def _value(form: BodyForm, parsed: Any) -> Any:
    if form.unchecked is not None:
        try:
            return form.unchecked.from_python(parsed)
        except ValueError:
            pass  # the validator says what is wrong
    return form.validator.from_python({} if parsed is None else parsed)


def _unpacked(raw: bytes) -> Any:
    try:
        return from_msgpack(raw) if raw else None
    except Unreadable as error:
        raise InvalidRequest(f"The body cannot be read as {MSGPACK_TYPE}: {error}.") from None


def bare(item: bytes) -> str:
    """A media type or coding without its parameters, in lower case."""
    return item.partition(b";")[0].strip().lower().decode("latin-1")
