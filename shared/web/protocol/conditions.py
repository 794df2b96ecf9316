"""The headers that make a call conditional: `If-Match` and `Idempotency-Key`."""

import re

from shared.errors import InvalidValue
from shared.session.stored.idempotency import Keyed

_LONGEST_KEY = 255
_REVISION = re.compile(r'"(\d{1,18})"')


def revision_of(if_match: bytes) -> int | None:
    """The revision that an `If-Match` header names; None for `*`.

    Raises:
        InvalidValue: it is no ETag of an instance.
    """
    text = if_match.decode("latin-1").strip()
    if text == "*":
        return None
    revision = _REVISION.fullmatch(text)
    if revision is None:
        raise InvalidValue(f'If-Match is {text!r}; send the ETag of this instance as it came, such as "17".')
    return int(revision[1])


def keyed_of(owner: str, idempotency_key: bytes, *sent: bytes) -> Keyed:
    """An `Idempotency-Key` and digests of all that it was sent with.

    Raises:
        InvalidValue: the key is empty or over 255 characters.
    """
    key = idempotency_key.decode("latin-1")
    if not 0 < len(key) <= _LONGEST_KEY:
        raise InvalidValue(f"Idempotency-Key has {len(key)} characters; send 1 to {_LONGEST_KEY}.")
    return Keyed.of(owner, key, *sent)
