"""Who is calling: the owner that an API key stands for."""

import hashlib
import hmac
from collections.abc import Sequence

from shared.errors import Unauthorized
from shared.settings import PUBLIC


def owner_of(authorization: str | None, api_keys: Sequence[tuple[str, str]]) -> str:
    """The owner whose secret the `Authorization: Bearer` header carries; `PUBLIC` where no keys are set.

    Every secret is compared in constant time, so that the time taken tells nothing of them.

    Raises:
        Unauthorized: keys are set, and the header holds none of them.
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
    if scheme.lower() != "bearer" or not owners:
        raise Unauthorized("This server wants an API key: send `Authorization: Bearer SECRET`.")
    return owners[0]
