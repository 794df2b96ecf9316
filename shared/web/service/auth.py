"""API keys: which owner a request belongs to, and whose instances it may watch."""

import hashlib
import hmac
from collections.abc import Sequence

from shared.errors import Unauthorized
from shared.settings import PUBLIC, Settings


def owner_of(authorization: str | None, api_keys: Sequence[tuple[str, str]]) -> str:
    """The owner of the key in the `Authorization: Bearer` header; `PUBLIC` if no keys are set.

    Every key is compared, in constant time, so that timing reveals nothing about them.

    Raises:
        Unauthorized: keys are set, and the header has none of them.
    """
    if not api_keys:
        return PUBLIC
    scheme, _, secret = (authorization or "").partition(" ")
    given = hashlib.sha256(secret.strip().encode("utf-8", "surrogateescape")).digest()
    owners = [
        owner
        for owner, expected in api_keys
        if hmac.compare_digest(given, hashlib.sha256(expected.encode()).digest())
    ]
    if scheme.lower() == "bearer" and secret.strip() and not owners:
        raise Unauthorized("This key is not known; check it, or ask who runs the server for one.")
    if scheme.lower() != "bearer" or not owners:
        raise Unauthorized("This server requires an API key; send `Authorization: Bearer SECRET`.")
    return owners[0]


def watched_by(owner: str, settings: Settings) -> frozenset[str]:
    """The other owners whose instances this one may watch: a teacher's are all who have a key."""
    return frozenset(name for name, _ in settings.api_keys if owner in settings.teachers) - {owner}
