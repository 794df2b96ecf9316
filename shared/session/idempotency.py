"""`Idempotency-Key`: a repeated call is not applied again and gets the first reply.

The semantics are those of the IETF's draft "The Idempotency-Key HTTP Header Field", within a stated bound: an
instance remembers its last calls, and their replies as long as those fit a budget of bytes.
"""

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from shared.errors import KeyReused, ReplyGone
from shared.session.envelope import RECENT_CALLS, Header, RecentCall
from shared.wire.detached import unpack

REPLIES_BYTES = 65_536
"""The most that the remembered replies of one instance take, compressed."""

_DIGEST_BYTES = 16


class Keyed(NamedTuple):
    """A client's key and what it was sent with, as digests."""

    key: bytes
    body: bytes

    @classmethod
    def of(cls, owner: str, key: str, *sent: bytes) -> "Keyed":
        """The digests of an owner's key and of everything that makes the request another one."""
        return cls(_digest(owner.encode(), key.encode("utf-8", "surrogateescape")), _digest(*sent))

    def part(self, number: int) -> "Keyed":
        """The key of the `number`-th call that the request stands for."""
        return self._replace(key=_digest(self.key, b"part", number.to_bytes(4, "big")))

    def instance_id(self, number: int) -> str:
        """The id of the `number`-th instance that the call makes: the same whenever it is made."""
        return str(uuid.UUID(bytes=_digest(self.key, number.to_bytes(4, "big")), version=4))


def first_reply(header: Header, keyed: Keyed | None) -> tuple[Any, int] | None:
    """What the call gave when it was applied, and the revision it made; None if it has not been.

    Raises:
        KeyReused: the key came with another request then.
        ReplyGone: the call was applied, and its reply is no longer remembered.
    """
    recent = next((call for call in header.recent if keyed and call.key == keyed.key), None)
    if keyed is None or recent is None:
        return None
    check_same(recent.body, keyed)
    if recent.reply is None:
        raise ReplyGone(
            f"The call with this key was applied and made revision {recent.revision}; its reply is forgotten, so "
            "read the instance.",
            revision=recent.revision,
        )
    return unpack(recent.reply), recent.revision


def check_unused(header: Header, keyed: Keyed | None) -> None:
    """Raise KeyReused where the key came with a call that the instance remembers, which was another one."""
    if keyed is not None and any(call.key == keyed.key for call in header.recent):
        check_same(b"", keyed)


def check_same(body: bytes, keyed: Keyed | None) -> None:
    """Raise KeyReused where the key came with another body before."""
    if keyed is not None and body != keyed.body:
        raise KeyReused("This Idempotency-Key came with another request before; use a new key for a new request.")


def remember(
    recent: Sequence[RecentCall], call_id: bytes, revision: int, keyed: Keyed | None, reply: bytes | None
) -> tuple[RecentCall, ...]:
    """The calls that an instance remembers after one more, with the newest packed replies that fit the budget."""
    if keyed is None or reply is None:
        # It adds no reply, so those remembered fit as they did.
        return (*recent[1 - RECENT_CALLS :], RecentCall(call_id, revision))
    newest = RecentCall(call_id, revision, keyed.key, keyed.body, reply)
    calls = [newest]
    room = REPLIES_BYTES - len(newest.reply or b"")
    if room < 0:
        calls = [msgspec.structs.replace(newest, reply=None)]
    for call in reversed(recent[1 - RECENT_CALLS :]):
        room -= len(call.reply or b"")
        calls.append(call if room >= 0 or call.reply is None else msgspec.structs.replace(call, reply=None))
    return tuple(reversed(calls))


def _digest(*parts: bytes) -> bytes:
    state = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        state.update(len(part).to_bytes(8, "big") + part)
    return state.digest()
