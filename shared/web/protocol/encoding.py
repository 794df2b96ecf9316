"""The forms in which bodies come and go: JSON, JSON with base64 arrays, MessagePack, exact values; and gzip.

Which one a reply has is the client's choice, by `Accept`, `Accept-Encoding` and `?arrays=`; which one a request
has, its `Content-Type` says. Nothing is refused for want of a form: who asks for none that there is gets JSON.
"""

import gzip
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs

import msgspec

from shared.codec import exact
from shared.errors import InvalidRequest, InvalidValue
from shared.web.observe.request_log import RawHeaders
from shared.web.protocol.lambda_limits import check_reply_size
from shared.web.protocol.query_parameter import QueryParameter
from shared.web.protocol.reply import RawHead
from shared.wire.values import forms
from shared.wire.values.msgpack_body import Unreadable, from_msgpack

JSON_TYPE = "application/json"
MSGPACK_TYPE = "application/msgpack"

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

# All three names are in use.
_MSGPACK_TYPES = (MSGPACK_TYPE, "application/x-msgpack", "application/vnd.msgpack")
_VARY = (b"vary", b"Accept, Accept-Encoding")
_GZIPPED = (b"content-encoding", b"gzip")


class Encoded(NamedTuple):
    """A reply's body, and the headers that tell of its form."""

    content: bytes
    head: RawHead


@dataclass(frozen=True, slots=True)
class Encoding:
    """One form of replies."""

    media_type: str
    encode: Callable[[Any], bytes]
    gzipped: bool
    """Whether large bodies are compressed."""
    by_lambda: bool = False
    """Whether a Lambda function returns it, which can be no longer than Lambda carries."""
    exact: bool = field(init=False, default=False)
    """Whether every type is to come back as the environment gave it, for a client that has NumPy too."""
    _head: RawHead = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "exact", self.media_type == exact.MEDIA_TYPE)
        object.__setattr__(self, "_head", ((b"content-type", self.media_type.encode()), _VARY))

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


def encoding_for(headers: RawHeaders, query: bytes) -> Encoding:
    """The form that the request asks for.

    Raises:
        InvalidValue: `?arrays=` is neither `lists` nor `base64`.
    """
    return _chosen(
        headers.get(b"accept", b""), headers.get(b"accept-encoding", b""), query if b"arrays=" in query else b""
    )


def decoder_for(headers: RawHeaders) -> Callable[[bytes], Any] | None:
    """What reads the request's body, unless it is JSON.

    A body of an unknown type is taken for JSON, since clients of some languages name none or a wrong one.
    """
    content_type = headers.get(b"content-type", b"")
    return _unpacked if b"msgpack" in content_type and _bare(content_type) in _MSGPACK_TYPES else None


def _unpacked(raw: bytes) -> Any:
    try:
        return from_msgpack(raw) if raw else None
    except Unreadable as error:
        raise InvalidRequest(f"The body cannot be read as {MSGPACK_TYPE}: {error}.") from None


@lru_cache(maxsize=256)
def _chosen(accept: bytes, accept_encoding: bytes, query: bytes) -> Encoding:
    gzipped = _weights(accept_encoding).get("gzip", _weights(accept_encoding).get("*", 0.0)) > 0
    weights = _weights(accept)
    if _prefers((exact.MEDIA_TYPE,), weights):
        return Encoding(exact.MEDIA_TYPE, exact.encode, gzipped)
    if _prefers(_MSGPACK_TYPES, weights):
        return Encoding(MSGPACK_TYPE, _as_msgpack, gzipped)
    arrays = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("arrays", ["lists"])[-1]
    if arrays not in ("lists", "base64"):
        raise InvalidValue(f'arrays is {arrays[:40]!r}; it is "lists" or "base64".')
    return Encoding(JSON_TYPE, _as_json_of_typed_arrays if arrays == "base64" else _as_json, gzipped)


def _as_msgpack(reply: Any) -> bytes:
    return msgspec.msgpack.encode(forms.encode(reply, forms.MSGPACK))


def _as_json(reply: Any) -> bytes:
    return msgspec.json.encode(forms.encode(reply, forms.JSON_WRITTEN))


def _as_json_of_typed_arrays(reply: Any) -> bytes:
    return msgspec.json.encode(forms.encode(reply, forms.JSON_BASE64))


def _prefers(names: Collection[str], weights: Mapping[str, float]) -> bool:
    """Whether one of the names is there, and JSON is not named with as much weight or more."""
    wanted = max(weights.get(name, 0.0) for name in names)
    any_json = weights.get("application/*", weights.get("*/*", 0.0))
    named = JSON_TYPE in weights
    json = weights.get(JSON_TYPE, any_json)
    return wanted > json or (wanted == json > 0 and not named)


def _weights(header: bytes) -> dict[str, float]:
    """What a header of content negotiation names, each with its weight (RFC 9110, 12.4.2)."""
    weights = {}
    for item in header.split(b","):
        _, _, weight = item.replace(b" ", b"").partition(b";q=")
        try:
            weights[_bare(item)] = float(weight.partition(b";")[0] or 1)
        except ValueError:
            weights[_bare(item)] = 0.0
    return weights


def _bare(item: bytes) -> str:
    """Without parameters, in lower case."""
    return item.partition(b";")[0].strip().lower().decode("latin-1")
