"""A value as it was at one moment, and as bytes from which it is had again in any form.

What an environment returns may be its own buffer, which its next call overwrites. Nothing here knows of the forms
that clients ask for: each of them is made from a detached value as from the first one, since no type is lost.
"""

import zlib
from typing import Any

from shared.wire import exact


def detached(value: Any) -> Any:
    """A value that equals `value` type by type and shares nothing with it that could change.

    Raises:
        NotEncodable: the value contains itself or is nested too deep.
    """
    return exact.decode(exact.encode(value))


def pack(value: Any) -> bytes:
    """The value as compressed bytes.

    Raises:
        NotEncodable: as for `detached`.
    """
    return zlib.compress(exact.encode(value), 1)


def unpack(packed: bytes) -> Any:
    """The detached value that `pack` made the bytes of."""
    return exact.decode(zlib.decompress(packed))
