"""Which form a reply has, by `Accept`, `Accept-Encoding` and `?arrays=` (RFC 9110, section 12).

Nothing is refused for want of a form: a client that asks for none of ours gets JSON.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from urllib.parse import parse_qs

from shared.codec import exact
from shared.errors import InvalidValue
from shared.web.protocol.encoding import (
    JSON_TYPE,
    MSGPACK_TYPE,
    MSGPACK_TYPES,
    Encoding,
    as_json,
    as_json_of_typed_arrays,
    as_msgpack,
    bare,
)


def takes_gzip(accept_encoding: bytes) -> bool:
    """Whether the header names gzip, or everything, with a weight above 0 (RFC 9110, 12.5.3)."""
    weights = _weights(accept_encoding)
    return weights.get("gzip", weights.get("*", 0.0)) > 0


# Clients send few combinations, over and over. Bounded, since the headers are theirs.
@lru_cache(maxsize=256)
def encoding_for(accept: bytes, accept_encoding: bytes, query: bytes) -> Encoding:
    """The form that a request's headers and query ask for.

    Raises:
        InvalidValue: `?arrays=` is neither `lists` nor `base64`.
    """
    gzipped = takes_gzip(accept_encoding)
    weights = _weights(accept)
    if _prefers((exact.MEDIA_TYPE,), weights):
        return Encoding(exact.MEDIA_TYPE, exact.encode, gzipped)
    if _prefers(MSGPACK_TYPES, weights):
        return Encoding(MSGPACK_TYPE, as_msgpack, gzipped)
    arrays = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("arrays", ["lists"])[-1]
    if arrays not in ("lists", "base64"):
        raise InvalidValue(f'arrays is {arrays[:40]!r}; it is "lists" or "base64".')
    return Encoding(JSON_TYPE, as_json_of_typed_arrays if arrays == "base64" else as_json, gzipped)


def prefers(media_type: str, accept: bytes) -> bool:
    """Whether the header names the type, and JSON with less weight, or later with as much."""
    return _prefers((media_type,), _weights(accept))


def _prefers(names: Collection[str], weights: Mapping[str, float]) -> bool:
    """Whether one of the names is there, and JSON is not named with as much weight or more."""
    wanted = max(weights.get(name, 0.0) for name in names)
    any_json = weights.get("application/*", weights.get("*/*", 0.0))
    named = JSON_TYPE in weights
    json = weights.get(JSON_TYPE, any_json)
    return wanted > json or (wanted == json > 0 and not named)


def _weights(header: bytes) -> dict[str, float]:
    """What a header of content negotiation names, each with its weight (RFC 9110, section 12.4.2)."""
    weights = {}
    for item in header.split(b","):
        _, _, weight = item.replace(b" ", b"").partition(b";q=")
        try:
            weights[bare(item)] = float(weight.partition(b";")[0] or 1)
        except ValueError:
            weights[bare(item)] = 0.0
    return weights
