"""`Idempotency-Key`: a repeated call is not applied again, and gets the first reply.

The semantics are those of the IETF draft "The Idempotency-Key HTTP Header Field", with a bound: an instance
remembers its last `RECENT_CALLS` calls, and their replies as long as they fit `REPLIES_BYTES`.
"""

import hashlib
import uuid
from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec

from shared.errors import KeyReused, ReplyGone
from shared.session.stored.header import OLDER_IDS, RECENT_CALLS, Header, KeyedCall
from shared.wire.values.detached import unpack

REPLIES_BYTES = 65_536
"""The most bytes that the remembered replies of one instance take, compressed."""

_NEW_DIGEST = hashlib.blake2b(digest_size=16).copy


class Keyed(NamedTuple):
    """An idempotency key and the request that it came with, as digests."""

    key: bytes
    body: bytes

    @classmethod
    def of(cls, owner: str, key: str, *sent: bytes) -> "Keyed":
        """The digests of an owner's key, and of all parts of the request that tell it from another one."""
        return cls(_digest(owner.encode(), key.encode("utf-8", "surrogateescape")), _digest(*sent))

    def part(self, number: int) -> "Keyed":
        """The key of call `number` of a request that stands for several calls."""
        return self._replace(key=_digest(self.key, b"part", number.to_bytes(4, "big")))

    def instance_id(self, number: int) -> str:
        """The id of instance `number` that the call creates: the same whenever the call is repeated."""
        return str(uuid.UUID(bytes=_digest(self.key, number.to_bytes(4, "big")), version=4))


class KeyMaker:
    """Makes `Keyed` as `Keyed.of` does, of one owner's keys and requests that differ in their last part alone."""

    __slots__ = ("_key", "_sent")

    def __init__(self, owner: str, *sent: bytes) -> None:
        self._key = _begun(owner.encode())
        self._sent = _begun(*sent)

    def __call__(self, key: str, last: bytes) -> Keyed:
        """The digests of a key of ASCII text, and of the request whose last part this is."""
        digests = self._key.copy(), self._sent.copy()
        digests[0].update(len(key).to_bytes(8, "big") + key.encode("ascii"))
        digests[1].update(len(last).to_bytes(8, "big") + last)
        return Keyed(digests[0].digest(), digests[1].digest())


def first_reply(header: Header, keyed: Keyed | None) -> tuple[Any, int] | None:
    """The reply of the call when it was applied, and the revision it made; None if it was not applied yet.

    Raises:
        KeyReused: the key came with another request then.
        ReplyGone: the call was applied, and its reply is no longer remembered.
    """
    if keyed is None:
        return None
    recent = next((call for call in header.keyed if call.key == keyed.key), None)
    if recent is None:
        return None
    check_same(recent.body, keyed)
    if recent.reply is None:
        raise ReplyGone(
            f"The call with this key was applied and made revision {recent.revision}, but its reply is no longer "
            "stored; read the instance.",
            revision=recent.revision,
        )
    return unpack(recent.reply), recent.revision


def check_unused(header: Header, keyed: Keyed | None) -> None:
    """Check the key of a call that the instance does not remember, such as a fork or a deletion.

    Raises:
        KeyReused: the instance remembers another call with this key.
    """
    if keyed is not None and any(call.key == keyed.key for call in header.keyed):
        check_same(b"", keyed)


def check_same(body: bytes, keyed: Keyed | None) -> None:
    """Compare the request with the digest of the one that the key came with before.

    Raises:
        KeyReused: they differ.
    """
    if keyed is not None and body != keyed.body:
        raise KeyReused("This Idempotency-Key came with another request before; use a new key for a new request.")


def remember(
    before: Header,
    revision: int,
    call_id: bytes,
    keyed: Keyed | None,
    reply: bytes | None,
    acknowledged: Collection[bytes] = (),
) -> tuple[bytes, tuple[KeyedCall, ...]]:
    """`Header.recent` and `Header.keyed` after the call has made `revision`.

    The newest packed replies are kept as far as they fit the budget, except for those whose keys are among
    `acknowledged`: their calls will not be repeated.
    """
    recent = before.recent[-OLDER_IDS:] + call_id
    if keyed is None and not before.keyed:
        return recent, ()
    calls = [
        call for call in before.keyed if call.revision > revision - RECENT_CALLS and call.key not in acknowledged
    ]
    if keyed is not None:
        calls.append(KeyedCall(revision, keyed.key, keyed.body, reply))
    room, kept = REPLIES_BYTES, []
    for call in reversed(calls):
        length = len(call.reply or b"")
        kept.append(call if length <= room else msgspec.structs.replace(call, reply=None))
        room -= length if length <= room else 0
    return recent, tuple(reversed(kept))


def _digest(*parts: bytes) -> bytes:
    return _begun(*parts).digest()


def _begun(*parts: bytes) -> "hashlib.blake2b":
    # Each part comes after its length, so that ("ab", "c") and ("a", "bc") differ.
    digest = _NEW_DIGEST()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest
