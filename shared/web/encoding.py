"""The forms in which bodies come and go: JSON, JSON with base64 arrays, MessagePack; and gzip.

Which one a reply has is the client's choice, by `Accept`, `Accept-Encoding` and `?arrays=`; which one a request
has, its `Content-Type` says. Nothing is refused for want of a form: who asks for none that there is gets JSON.
"""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import msgspec

from shared.errors import InvalidRequest, InvalidValue
from shared.wire import values
from shared.wire.bodies import Unreadable, from_msgpack

RawHeaders = Mapping[bytes, bytes]
"""A request's headers as ASGI has them: names in small letters."""

JSON_TYPE = "application/json"
MSGPACK_TYPE = "application/msgpack"

ARRAYS = {
    "arrays": 'How JSON holds arrays: "lists", as it does by default, or "base64" for typed arrays '
    '`{"dtype", "shape", "data"}`.'
}
"""The query parameter that asks for typed arrays in JSON."""

GZIP_FROM_BYTES = 14_600
"""Shorter bodies arrive in one round trip as they are: ten segments, the first window of TCP (RFC 6928)."""

# All three names are in use.
_MSGPACK_TYPES = (MSGPACK_TYPE, "application/x-msgpack", "application/vnd.msgpack")
_VARY = {"Vary": "Accept, Accept-Encoding"}


class Encoded(NamedTuple):
    """A reply's body, and the headers that tell of its form."""

    content: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Encoding:
    """One form of replies."""

    media_type: str
    form: values.Form
    encode: Callable[[Any], bytes]
    gzipped: bool
    """Whether large bodies are compressed."""

    def __call__(self, reply: Any) -> Encoded:
        """The reply in this form.

        Raises:
            NotEncodable: it contains itself or is nested too deep.
        """
        content = self.encode(values.encode(reply, self.form))
        headers = {"Content-Type": self.media_type, **_VARY}
        if self.gzipped and len(content) > GZIP_FROM_BYTES:
            content = gzip.compress(content, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return Encoded(content, headers)


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
    if _prefers_msgpack(_weights(accept)):
        return Encoding(MSGPACK_TYPE, values.MSGPACK, msgspec.msgpack.encode, gzipped)
    arrays = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("arrays", ["lists"])[-1]
    if arrays not in ("lists", "base64"):
        raise InvalidValue(f'arrays is {arrays[:40]!r}; it is "lists" or "base64".')
    form = values.JSON_BASE64 if arrays == "base64" else values.JSON
    return Encoding(JSON_TYPE, form, msgspec.json.encode, gzipped)


def _prefers_msgpack(weights: Mapping[str, float]) -> bool:
    """Whether it is named, and JSON is not named with as much weight or more."""
    wanted = max(weights.get(name, 0.0) for name in _MSGPACK_TYPES)
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
