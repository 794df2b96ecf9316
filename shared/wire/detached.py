"""A value as it was at one moment, and as bytes from which it is had again in any form.

What an environment returns may be its own buffer, which its next call overwrites. Nothing here knows of the forms
that clients ask for: `values.encode` makes each of them from a detached value as from the first one.
"""

import zlib
from typing import Any

import msgspec
import numpy as np

from shared.wire.arrays import as_typed, from_typed
from shared.wire.values import Form, encode

_ARRAY = 1
"""The code of msgpack's extension that holds a typed array, itself as msgpack."""

DETACHED = Form(array=np.array, blob=bytes)
"""Plain types and copies of arrays; `values.encode` leaves it as it is."""


def detached(value: Any) -> Any:
    """A value that says what `value` says and shares nothing with it that could change.

    Raises:
        NotEncodable: the value contains itself or is nested too deep.
    """
    return encode(value, DETACHED)


def pack(value: Any) -> bytes:
    """The value as compressed bytes.

    Raises:
        NotEncodable: as for `detached`.
    """
    return zlib.compress(_encoder.encode(detached(value)), 1)


def unpack(packed: bytes) -> Any:
    """The detached value that `pack` made the bytes of."""
    return _decoder.decode(zlib.decompress(packed))


def _extension(value: Any) -> msgspec.msgpack.Ext:
    return msgspec.msgpack.Ext(_ARRAY, msgspec.msgpack.encode(as_typed(value, bytes)))


def _array(code: int, data: memoryview) -> Any:
    return from_typed(msgspec.msgpack.decode(data))


_encoder = msgspec.msgpack.Encoder(enc_hook=_extension)
_decoder = msgspec.msgpack.Decoder(ext_hook=_array)
