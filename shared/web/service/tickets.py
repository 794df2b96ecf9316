"""Tickets: what an `<img>`, which cannot send a header, brings in place of an API key.

A ticket is good for looking at one instance for some minutes. It is nothing but a signature, so that nothing is
stored for it and any process with the signing keys takes it.
"""

import base64
import hmac
import time
from collections.abc import Collection, Sequence

from shared.errors import Unauthorized
from shared.session.stored.reference import Reference

LIFETIME_S = 600

_PURPOSE = b"gym-http ticket"


class Tickets:
    """Issues tickets with the newest of the signing keys, and takes those of any."""

    def __init__(self, signing_keys: Sequence[bytes], owners: Collection[str]) -> None:
        """`owners` are those who have an API key now."""
        self._keys = [hmac.digest(key, _PURPOSE, "sha256") for key in signing_keys]
        self._owners = frozenset(owners)

    def issue(self, reference: Reference) -> tuple[str, int]:
        """A ticket to look at the instance, and when it ends, in seconds since the epoch."""
        expires = int(time.time()) + LIFETIME_S
        signature = _signature(self._keys[0], reference.owner, reference.instance_id, str(expires))
        return f"{reference.owner}.{expires}.{signature}", expires

    def owner(self, ticket: str, instance_id: str) -> str:
        """Whose instance the ticket lets its bearer look at.

        Raises:
            Unauthorized: it has ended, is for another instance, not issued here, or its owner has no key now.
        """
        owner, _, rest = ticket.partition(".")
        expires, _, signature = rest.partition(".")
        given = signature.encode("utf-8", "surrogateescape")
        genuine = [
            hmac.compare_digest(given, _signature(key, owner, instance_id, expires).encode()) for key in self._keys
        ]
        # Only what was signed here is read as a number.
        if not any(genuine) or int(expires) < time.time() or owner not in self._owners:
            raise Unauthorized("The ticket has ended or is not for this instance: get another by monitor/ticket/.")
        return owner


def _signature(key: bytes, *parts: str) -> str:
    message = "\n".join(parts).encode("utf-8", "surrogateescape")
    return base64.urlsafe_b64encode(hmac.digest(key, message, "sha256")).decode().rstrip("=")
