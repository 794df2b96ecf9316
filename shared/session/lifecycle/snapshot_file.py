"""A snapshot as a file that travels: from a server to a disk, and to another server with the same signing keys.

It is what the store holds under a magic of its own, without what concerns the instance alone: its recent calls,
their keys and replies, turns, and the log of recorded calls.
"""

from collections.abc import Sequence

import msgspec

from shared.errors import InvalidSnapshot, SnapshotCorrupt, SnapshotIncompatible, SnapshotUnverified
from shared.session.stored.envelope import FILE_MAGIC, opened, seal
from shared.session.stored.header import Header
from shared.settings import PUBLIC

MEDIA_TYPE = "application/vnd.gymnasium.snapshot"


def as_file(header: Header, body: bytes, keys: Sequence[bytes]) -> bytes:
    """The file of a stored snapshot, signed with the newest key; the same bytes for the same snapshot."""
    return seal(without_calls(header), body, keys, FILE_MAGIC)


def from_file(sent: bytes, owner: str, keys: Sequence[bytes]) -> tuple[Header, bytes]:
    """The header and body of a file, which no one has altered. Nothing is parsed before its signature holds.

    A file goes back to the owner that it came from. One from a server without API keys, whose instances are
    everybody's, goes to any.

    Raises:
        InvalidSnapshot: it is damaged, signed by no key of these, of a version that is not read here, or of
            another owner's instance.
    """
    try:
        header, body = opened(sent, keys, FILE_MAGIC)
    except SnapshotUnverified as error:
        raise InvalidSnapshot(
            "No signing key of this service signed the snapshot file: it was altered, or comes from a service "
            "with other keys; give both services the same GYM_HTTP_SIGNING_KEYS.",
            reason="foreign",
        ) from error
    except SnapshotCorrupt as error:
        raise InvalidSnapshot(
            "The file is no snapshot, or it was cut or altered; download it again.", reason="damaged"
        ) from error
    except SnapshotIncompatible as error:
        raise InvalidSnapshot(error.detail, reason="versions") from error
    if header.owner not in (owner, PUBLIC):
        raise InvalidSnapshot(
            "The snapshot file is of another owner's instance, and makes instances for that owner alone; ask them "
            "to create it.",
            reason="owner",
        )
    return header, body


def without_calls(header: Header) -> Header:
    """The header without what concerns its own instance alone."""
    return msgspec.structs.replace(header, recent=b"", keyed=(), made_by=b"", turn=None, log=None, name="")
