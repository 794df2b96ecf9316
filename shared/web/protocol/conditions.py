"""The headers that make a call conditional: `If-Match` and `Idempotency-Key`."""

import re

from shared.errors import InvalidValue
from shared.session.stored.idempotency import Keyed

_LONGEST_KEY = 255
# A proxy that compresses makes an ETag weak (nginx), or adds the coding (Apache, Caddy).
_REVISION = r'(?:W/)?"(\d{1,18})(?:[-;](?:gzip|br|zstd|deflate))?"'


def revisions_of(if_match: bytes) -> frozenset[int] | None:
    """The revisions that an `If-Match` header names, of which one has to hold; None for `*`.

    RFC 9110 (section 13.1.1) compares strongly. Here a weak ETag holds too: it is the same revision, in a reply
    that a proxy compressed.

    Raises:
        InvalidValue: it has a part that is no ETag of an instance.
    """
    text = if_match.decode("latin-1").strip()
    if text == "*":
        return None
    revisions = [re.fullmatch(_REVISION, part.strip()) for part in text.split(",") if part.strip()]
    if not revisions or None in revisions:
        raise InvalidValue(
            f'If-Match is {text[:100]!r}; send the ETag of this instance as it came, such as "17", or several of '
            "them with commas between."
        )
    return frozenset(int(revision[1]) for revision in revisions if revision is not None)


def keyed_of(owner: str, idempotency_key: bytes, *sent: bytes) -> Keyed:
    """An `Idempotency-Key` and digests of all that it was sent with.

    Raises:
        InvalidValue: the key is empty or over 255 characters.
    """
    key = idempotency_key.decode("latin-1")
    if not 0 < len(key) <= _LONGEST_KEY:
        raise InvalidValue(f"Idempotency-Key has {len(key)} characters; send 1 to {_LONGEST_KEY}.")
    return Keyed.of(owner, key, *sent)
