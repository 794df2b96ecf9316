"""How an instance ends in the store: its snapshot is deleted, if it is still the one that was seen.

An instance may be created again under its old key, and a late unconditional delete would take the new one. Where
the store does not delete under a condition, a marker takes the snapshot's place instead, under one. Every caller
takes it for absent, nothing is written over it, and the sweep deletes it a day later.
"""

from shared.storage.protocol import Entry, Store, Stored, Tag

MARKER = b"GYMHTTP\x00ended"
"""What is written; far shorter than a snapshot, whose first bytes are the same but for the version."""


async def end(objects: Store, key: str, tag: Tag) -> None:
    """Delete the snapshot with this tag, or put a marker in its place.

    Raises:
        Conflict, OutcomeUnknown: it is another one, or may be deleted all the same.
    """
    if objects.capabilities.deletes_conditionally:
        await objects.delete(key, tag)
    else:
        await objects.put(key, MARKER, tag)


def has_ended(stored: Stored) -> bool:
    """Whether this is a marker and no snapshot."""
    return stored.body == MARKER


def is_marker(entry: Entry) -> bool:
    """Whether the listed object is a marker and no snapshot."""
    return entry.size == len(MARKER)
