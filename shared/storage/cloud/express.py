"""What differs in a directory bucket of S3 Express One Zone: it takes sessions, and lists in no order.

It was not tried on AWS: a small server imitates what AWS's documentation says of it. A server's probe tells before
anything is served.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from shared.storage.cloud.failures import failure_of
from shared.storage.cloud.handles import Handle
from shared.storage.cloud.store import FAILED
from shared.storage.protocol import Entry

CAUTION = (
    "S3 Express One Zone has not been tried, keeps what it stores in one zone, and reads a whole folder for each "
    "list of it."
)
DENIED = (
    "grant s3express:CreateSession on the directory bucket, and in its mode ReadWrite where objects are written"
)

# Source: "Directory bucket naming rules" in the Amazon S3 user guide.
_DIRECTORY = r"[a-z0-9][a-z0-9-]*--[a-z0-9]+-az\d+--x-s3"
_END = "--x-s3"

_TRIES = 3


class Folder(NamedTuple):
    """What stands in a folder of keys, in any order."""

    entries: list[Entry]
    folders: list[str]
    """The prefixes of the folders below it, each with its last `/`."""


def is_directory_bucket(bucket: str) -> bool:
    """Whether the bucket's name is one that directory buckets have, and no others."""
    return bucket.endswith(_END) and re.fullmatch(_DIRECTORY, bucket) is not None


async def folder(handle: Handle, prefix: str) -> Folder:
    """The folder below the prefix; read again if a page of it breaks off, which obstore does not repeat.

    Raises:
        BaseError, FileNotFoundError: obstore's, where it cannot be read.
    """
    for tried in range(1, _TRIES + 1):
        try:
            found = await handle.list_with_delimiter_async(prefix or None)
            break
        except FAILED as error:
            if tried == _TRIES or failure_of(error, sent_once=False).kind != "Interrupted":
                raise
    entries = [Entry(each["path"], each["last_modified"].timestamp(), each["size"]) for each in found["objects"]]
    return Folder(entries, [f"{each}/" for each in found["common_prefixes"]])


async def in_order(read: Callable[[str], Awaitable[Folder]], prefix: str, after: str = "") -> AsyncIterator[Entry]:
    """See `Store.list`: the entries in the order of their segments, of which `read` gives one folder at a time."""
    behind = after.split("/") if after else []
    for segments, found in _sorted(await read(prefix)):
        if isinstance(found, Entry):
            if segments > behind:
                yield found
        elif segments >= behind[: len(segments)]:
            inside = after if segments == behind[: len(segments)] else ""
            async for entry in in_order(read, found, inside):
                yield entry


def _sorted(folder: Folder) -> list[tuple[list[str], Entry | str]]:
    """Entries and folders with the segments of their names, an entry before the folder of the same name."""
    found: list[tuple[list[str], Entry | str]] = [(entry.key.split("/"), entry) for entry in folder.entries]
    found += [(below.removesuffix("/").split("/"), below) for below in folder.folders]
    return sorted(found, key=lambda each: (each[0], isinstance(each[1], str)))
