"""A snapshot as bytes: a small signed header, and a body that only its mechanism understands.

    magic, 7 bytes | version, 1 byte | HMAC-SHA256 | header's length, 4 bytes | header | body

The HMAC covers the magic, the version, the length and the header, and the header holds the SHA-256 of the body.
Nothing is parsed before it is checked. Forks, checkpoints and restores sign a new header over the same body. A
file that travels begins with a magic of its own, so that neither stands in the other's place.
"""

import hashlib
import hmac
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import msgspec

from shared.errors import SnapshotCorrupt, SnapshotIncompatible, SnapshotUnverified
from shared.session.stored.header import Header
from shared.session.stored.reference import Reference

NONCE_BYTES = 8
"""Random ones, which make every write different."""

MAGIC = b"GYMHTTP\x02"
"""The first bytes of every snapshot; the last of them is the version of the envelope."""

FILE_MAGIC = b"GYMFILE" + MAGIC[-1:]
"""The first bytes of a snapshot that travels as a file."""

Migration = Callable[[bytes], bytes]
"""Turns the encoded header of one version into that of the next version. The body stays as it is."""

OLDER_VERSIONS: Mapping[int, Migration | str] = {
    1: "its body holds random generators in a form that is no longer read",
}
"""What becomes of an earlier version: it is migrated to the next one, or refused with this reason."""

_LENGTH = struct.Struct("<I")
_SIGNED_FROM = len(MAGIC) + hashlib.sha256().digest_size
_HEADER_FROM = _SIGNED_FROM + _LENGTH.size

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Header)
_decoder_of_long_seeds = msgspec.msgpack.Decoder(Header, strict=False)
"""Reads decimal text as the integer that is wanted."""
_TOO_LONG = 1 << 64

_FIRST, _LAST = map(Header.__struct_fields__.index, ("used", "body_digest"))
"""Of the fields that every call changes, which stand together."""
_ARRAY_HEAD = 3
"""Bytes with which MessagePack begins an array of over 15 items; one of fewer begins with a single byte."""


def seal(header: Header, body: bytes, keys: Sequence[bytes], magic: bytes | None = None) -> bytes:
    """Header and body as one object, signed with the first key, which is the newest; `magic` is a stored one's."""
    magic = MAGIC if magic is None else magic
    header = msgspec.structs.replace(header, body_digest=hashlib.sha256(body).digest())
    encoded = _encoder.encode(_with_long_seeds_as_text(header))
    signed = _LENGTH.pack(len(encoded)) + encoded
    return magic + _signature(keys[0], magic, signed) + signed + body


class Template:
    """Seals one snapshot after another of an instance of whose header only what every call changes is another.

    Each is as `seal` gives it, byte by byte, in less than half of the time.
    """

    __slots__ = ("_after", "_before", "_inner", "_outer")

    def __init__(self, header: Header, key: bytes) -> None:
        """A template of the header, to be signed with the key."""
        fields = msgspec.structs.astuple(_with_long_seeds_as_text(header))
        before, after = (_encoder.encode(part)[1:] for part in (fields[:_FIRST], fields[_LAST + 1 :]))
        self._before, self._after = _encoder.encode(fields)[:_ARRAY_HEAD] + before, after
        self._inner, self._outer = _begun(key, MAGIC)

    def sealed(self, header: Header, body: bytes) -> bytes:
        """Header and body as one object."""
        digest = hashlib.sha256(body).digest()
        changing = (
            header.used,
            header.revision,
            header.nonce,
            header.progress,
            header.recent,
            header.keyed,
            digest,
        )
        encoded = b"%b%b%b" % (self._before, _encoder.encode(changing)[1:], self._after)
        signed = _LENGTH.pack(len(encoded)) + encoded
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(signed)
        outer.update(inner.digest())
        return b"%b%b%b%b" % (MAGIC, outer.digest(), signed, body)


def content_digest(sealed: bytes) -> bytes:
    """The SHA-256 of a sealed object without its signature, so that it outlasts the keys."""
    state = hashlib.sha256(sealed[: len(MAGIC)])
    state.update(memoryview(sealed)[_SIGNED_FROM:])
    return state.digest()


def sealed_size(header: Header, body: bytes) -> int:
    """How many bytes `seal` gives for a snapshot that is saved with this header."""
    digest, nonce = bytes(hashlib.sha256().digest_size), bytes(NONCE_BYTES)
    full = msgspec.structs.replace(header, body_digest=digest, nonce=nonce)
    return _HEADER_FROM + len(_encoder.encode(_with_long_seeds_as_text(full))) + len(body)


def unseal(sealed: bytes, reference: Reference, keys: Sequence[bytes]) -> tuple[Header, bytes]:
    """The header and the body of `reference`'s snapshot, if any of the keys signed it.

    Raises:
        SnapshotIncompatible: the envelope has a version that this server does not read.
        SnapshotCorrupt: truncated, altered, or the snapshot of another reference.
        SnapshotUnverified: signed with an unknown key, or altered.
    """
    header, body = opened(sealed, keys, MAGIC)
    if header.reference != reference:
        raise SnapshotCorrupt("The snapshot is another instance's.")
    return header, body


def opened(sealed: bytes, keys: Sequence[bytes], magic: bytes) -> tuple[Header, bytes]:
    """The header and the body of whichever snapshot this is, if any of the keys signed it.

    Raises:
        SnapshotIncompatible, SnapshotCorrupt, SnapshotUnverified: as `unseal`.
    """
    migrations = _migrations(sealed, magic)
    header_end = _verified_end(sealed, keys)
    encoded = sealed[_HEADER_FROM:header_end]
    for migrate in migrations:
        encoded = migrate(encoded)
    try:  # text that is not UTF-8 is no DecodeError of msgspec
        header = _decoded(encoded)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SnapshotCorrupt(f"The snapshot's header cannot be read: {error}.") from error
    body = sealed[header_end:]
    if not hmac.compare_digest(hashlib.sha256(body).digest(), header.body_digest):
        raise SnapshotCorrupt("The snapshot's body is not the one that was signed: it was truncated or altered.")
    return header, body


def _with_long_seeds_as_text(header: Header) -> Header:
    """The header as MessagePack can hold it, whose integers have 64 bits: longer seeds become decimal text."""
    seed, reseed = header.recipe.seed, header.reseed
    if seed is not None and seed >= _TOO_LONG:
        recipe = msgspec.structs.replace(header.recipe, seed=str(seed))
        header = msgspec.structs.replace(header, recipe=recipe)
    if reseed is not None and reseed[0] >= _TOO_LONG:
        header = msgspec.structs.replace(header, reseed=(str(reseed[0]), reseed[1]))
    return header


def _decoded(encoded: bytes) -> Header:
    try:
        return _decoder.decode(encoded)
    except msgspec.ValidationError:
        return _decoder_of_long_seeds.decode(encoded)


def _migrations(sealed: bytes, magic: bytes) -> Sequence[Migration]:
    """The migrations that bring the header to the current version; none for a snapshot of today."""
    if len(sealed) < _HEADER_FROM or sealed[: len(magic) - 1] != magic[:-1]:
        raise SnapshotCorrupt("The bytes are not a snapshot, or it was truncated.")
    version, current = sealed[len(MAGIC) - 1], MAGIC[-1]
    if version == current:
        return ()
    steps = [OLDER_VERSIONS.get(older, "no release wrote it") for older in range(version, current)]
    reasons = [step for step in steps if isinstance(step, str)]
    if version > current:
        reasons = ["a newer release wrote it"]
    if reasons:
        raise SnapshotIncompatible(
            f"The snapshot's envelope has version {version}; this server reads {current}: {reasons[0]}."
        )
    return [step for step in steps if not isinstance(step, str)]


def _verified_end(sealed: bytes, keys: Sequence[bytes]) -> int:
    """Where the header ends, once its signature is verified."""
    (length,) = _LENGTH.unpack_from(sealed, _SIGNED_FROM)
    end: int = _HEADER_FROM + length
    magic, signature = sealed[: len(MAGIC)], sealed[len(MAGIC) : _SIGNED_FROM]
    signed = sealed[_SIGNED_FROM:end]
    if len(sealed) < end:
        raise SnapshotCorrupt("The snapshot was truncated, or its length was altered.")
    if not any(hmac.compare_digest(signature, _signature(key, magic, signed)) for key in keys):
        raise SnapshotUnverified(
            "No signing key of this server signed the snapshot: a new key goes to the servers in three rounds, "
            "GYM_HTTP_SIGNING_KEYS=OLD,NEW on all of them, then NEW,OLD on all, and NEW once every snapshot was "
            "written again; if all servers have the same keys, the snapshot was altered.",
            retry_after=5,
        )
    return end


def _signature(key: bytes, magic: bytes, signed: bytes) -> bytes:
    """HMAC-SHA256 of the magic and what is signed (RFC 2104).

    `hmac` gives the same, and takes seven times as long for a small header: it cannot go on from what every one of
    them begins with, or copies more.
    """
    begun = _begun(key, magic)
    inner, outer = begun[0].copy(), begun[1].copy()
    inner.update(signed)
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(maxsize=16)
def _begun(key: bytes, magic: bytes) -> "tuple[hashlib._Hash, hashlib._Hash]":
    """The inner and the outer hash of HMAC-SHA256 with this key, the inner after the magic."""
    block = hashlib.sha256().block_size
    key = (hashlib.sha256(key).digest() if len(key) > block else key).ljust(block, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in key)) for pad in (0x36, 0x5C))
    inner.update(magic)
    return inner, outer
