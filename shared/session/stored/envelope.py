"""A snapshot as it is stored: a small signed header, and a body that only its mechanism understands.

    magic and version | HMAC-SHA256 of all that follows up to the body | header's length | header | body

The header holds the body's SHA-256, so the signature covers both; nothing of either is parsed before it is
checked. Forks, checkpoints and restores sign a new header over the same body.
"""

import hashlib
import hmac
import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from shared.errors import SnapshotCorrupt, SnapshotIncompatible, StaleRevision
from shared.session.stored.statistics import Statistics
from shared.snapshot.contract.recipe import Recipe

_MAGIC = b"GYMHTTP\x02"
_LENGTH = struct.Struct("<I")
_SIGNED_FROM = len(_MAGIC) + hashlib.sha256().digest_size

CALL_ID_BYTES = 8
RECENT_CALLS = 32
"""How many calls a snapshot remembers; a write whose outcome is unknown is looked up among them."""


class Reference(NamedTuple):
    """An instance, or one checkpoint of it, and whose it is."""

    owner: str
    instance_id: str
    checkpoint_id: str = ""

    @property
    def key(self) -> str:
        """Where the snapshot stands in the store."""
        if self.checkpoint_id:
            return f"checkpoints/{self.owner}/{self.instance_id}/{self.checkpoint_id}"
        return f"state/{self.owner}/{self.instance_id}"

    @property
    def instance(self) -> "Reference":
        """The instance, of a checkpoint too."""
        return self._replace(checkpoint_id="")


class Progress(msgspec.Struct, frozen=True, array_like=True):
    """What an instance has been through: counted here, whatever the environment counts."""

    episode: int = 0
    """Episodes begun; 0 before the first reset."""
    steps: int = 0
    """Steps in this episode."""
    episode_return: float = 0.0
    """The undiscounted sum of this episode's rewards; for `num_envs` the sum over all of them."""
    ended: bool = False
    """Whether the last step terminated or truncated the episode."""
    statistics: Statistics | None = None
    """What a monitor keeps; None if there never was one."""


class KeyedCall(msgspec.Struct, frozen=True, array_like=True):
    """One applied call that came with an idempotency key, and the revision that it made."""

    revision: int
    key: bytes
    """Digest of the key."""
    body: bytes
    """Digest of the request that the key came with."""
    reply: bytes | None
    """What it gave, packed; None if it did not fit the budget."""


class Header(msgspec.Struct, frozen=True, array_like=True):
    """What is known of an instance without its environment. Times are seconds since the epoch."""

    owner: str
    instance_id: str
    recipe: Recipe
    mechanism: str
    libraries: dict[str, str]
    """Versions of the distributions that the body depends on."""
    cpu: str
    """The processor features that numpy chose its loops by; the last bit of `exp` differs between them."""
    created: float
    used: float
    """The last successful write."""
    revision: int
    """Counts the instance's writes; never decreases."""
    nonce: bytes
    """Random, so that no two writes are equal and a store's content hash is a tag."""
    progress: Progress
    recent: bytes = b""
    """The ids of the last calls, of 8 bytes each: the last of them made `revision`, the one before it one less."""
    keyed: tuple[KeyedCall, ...] = ()
    """Those of them that had an idempotency key."""
    body_digest: bytes = b""
    checkpoint_id: str = ""
    """Set where this is not the instance's state but a checkpoint of it, made at `created`."""
    checkpoint_name: str = ""
    origin: tuple[str, int] | None = None
    """The instance of which this one is a fork, and that one's revision then."""
    reseed: tuple[int, int] | None = None
    """Entropy and spawn key from which the generators are to be made anew before the next call."""
    made_by: bytes = b""
    """Digest of the request, if it had an idempotency key, that made the instance."""

    @property
    def reference(self) -> Reference:
        """Which instance, or checkpoint of one, this is."""
        return Reference(self.owner, self.instance_id, self.checkpoint_id)


def revision_made(header: Header, call_id: bytes) -> int | None:
    """The revision that the call made; None if it is not among the last ones."""
    recent = header.recent
    for later, end in enumerate(range(len(recent), 0, -CALL_ID_BYTES)):
        if recent[end - CALL_ID_BYTES : end] == call_id:
            return header.revision - later
    return None


def check_revision(header: Header, expected: int | None) -> None:
    """Raise StaleRevision where a call is conditional on a revision that is not the instance's."""
    if expected is not None and expected != header.revision:
        raise StaleRevision(
            f"The instance is at revision {header.revision}, not {expected}; read it and decide anew.",
            revision=header.revision,
        )


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Header)


def seal(header: Header, body: bytes, keys: Sequence[bytes]) -> bytes:
    """Header and body as one object, signed with the newest key, the first."""
    header = msgspec.structs.replace(header, body_digest=hashlib.sha256(body).digest())
    encoded = _encoder.encode(header)
    signed = _LENGTH.pack(len(encoded)) + encoded
    return _MAGIC + _signature(keys[0], signed) + signed + body


def unseal(sealed: bytes, reference: Reference, keys: Sequence[bytes]) -> tuple[Header, bytes]:
    """The header and the body of `reference`'s snapshot, signed with any of the keys.

    Raises:
        SnapshotIncompatible: an envelope of another version.
        SnapshotCorrupt: truncated, forged, signed with a key that is not here, or another instance's.
    """
    header_end = _verified_end(sealed, keys)
    try:
        header = _decoder.decode(sealed[_SIGNED_FROM + _LENGTH.size : header_end])
    except msgspec.DecodeError as error:
        raise SnapshotCorrupt(f"The snapshot's header cannot be read: {error}.") from error
    body = sealed[header_end:]
    if not hmac.compare_digest(hashlib.sha256(body).digest(), header.body_digest):
        raise SnapshotCorrupt("The snapshot's body is not the one that was signed: truncated or altered.")
    if header.reference != reference:
        raise SnapshotCorrupt("The snapshot is another instance's.")
    return header, body


def _verified_end(sealed: bytes, keys: Sequence[bytes]) -> int:
    """Where the signed part ends, once its signature holds."""
    if len(sealed) < _SIGNED_FROM + _LENGTH.size or sealed[: len(_MAGIC) - 1] != _MAGIC[:-1]:
        raise SnapshotCorrupt("The stored object is not a snapshot, or was truncated.")
    version = sealed[len(_MAGIC) - 1]
    if version != _MAGIC[-1]:
        raise SnapshotIncompatible(
            f"The snapshot's envelope has version {version}; this server reads {_MAGIC[-1]}."
        )
    (length,) = _LENGTH.unpack_from(sealed, _SIGNED_FROM)
    end: int = _SIGNED_FROM + _LENGTH.size + length
    signature, signed = sealed[len(_MAGIC) : _SIGNED_FROM], sealed[_SIGNED_FROM:end]
    if len(sealed) < end or not any(hmac.compare_digest(signature, _signature(key, signed)) for key in keys):
        raise SnapshotCorrupt(
            "The snapshot's signature does not hold: it was altered, or GYM_HTTP_SIGNING_KEYS lacks its key."
        )
    return end


def _signature(key: bytes, signed: bytes) -> bytes:
    state = _begun(key).copy()
    state.update(signed)
    return state.digest()


@lru_cache(maxsize=16)
def _begun(key: bytes) -> hmac.HMAC:
    """The HMAC of the key and the magic, with which each begins: half of the work on a small header."""
    return hmac.new(key, _MAGIC, "sha256")
