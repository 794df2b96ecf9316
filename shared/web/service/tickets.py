"""Tickets, which an `<img>` or a WebSocket sends instead of an API key, since a page cannot give them headers.

A ticket lets its bearer do one thing with one instance for ten minutes: look at it, or open a session. It is only
a signature: nothing is stored, and any process with the signing keys accepts it.
"""

import base64
import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

from shared.errors import Unauthorized
from shared.session.stored.reference import Reference

Scope = Literal["watch", "session"]
"""What a ticket is for. Neither kind does for the other."""

LIFETIME_S = 600

LEEWAY_S = 900
"""By so much the clocks of two hosts may disagree before one refuses the other's new ticket."""

_PURPOSES: Mapping[Scope, bytes] = {"watch": b"gym-http ticket", "session": b"gym-http session ticket"}
"""Each scope has keys of its own, so that no ticket of one can be dressed up as one of the other."""


class Tickets:
    """Signs tickets with the newest signing key, and accepts those signed with any."""

    def __init__(self, signing_keys: Sequence[bytes], owners: Collection[str], now: Callable[[], float]) -> None:
        """Accept tickets of `owners`, who have an API key now. `now` is the time that all servers share."""
        self._now = now
        self._keys = {
            scope: [hmac.digest(key, purpose, "sha256") for key in signing_keys]
            for scope, purpose in _PURPOSES.items()
        }
        self._owners = frozenset(owners)

    def issue(self, reference: Reference, scope: Scope = "watch") -> tuple[str, int]:
        """A ticket for the instance, and its expiry in seconds since the epoch."""
        expires = int(self._now()) + LIFETIME_S
        signature = _signature(self._keys[scope][0], reference.owner, reference.instance_id, str(expires))
        return f"{reference.owner}.{expires}.{signature}", expires

    def owner(self, ticket: str, instance_id: str, scope: Scope = "watch") -> str:
        """The owner who issued the ticket for this instance and in this scope.

        Raises:
            Unauthorized: it has expired, is for another instance or scope, has no valid signature, or its owner
                has no key.
        """
        owner, _, rest = ticket.partition(".")
        expires, _, signature = rest.partition(".")
        given = signature.encode("utf-8", "surrogateescape")
        genuine = [
            hmac.compare_digest(given, _signature(key, owner, instance_id, expires).encode())
            for key in self._keys[scope]
        ]
        # The expiry is only parsed once its signature is verified.
        if not any(genuine) or int(expires) + LEEWAY_S < self._now() or owner not in self._owners:
            raise Unauthorized(
                "The ticket has expired or is not for this; get a new one from monitor/ticket/ of this instance."
            )
        return owner


def _signature(key: bytes, *parts: str) -> str:
    message = "\n".join(parts).encode("utf-8", "surrogateescape")
    return base64.urlsafe_b64encode(hmac.digest(key, message, "sha256")).decode().rstrip("=")
