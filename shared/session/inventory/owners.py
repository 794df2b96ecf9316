"""Who has anything in the store, found at one page of keys an owner and folder."""

from shared.session.inventory.by_instance import BEHIND_ALL
from shared.session.record.beside import PREFIX as HISTORY
from shared.session.stored.tombstones import PREFIX as CLOSED
from shared.storage.protocol import Store

FOLDERS = ("state/", "index/", "checkpoints/", CLOSED, HISTORY)
"""Where the keys of owners are."""


async def owners_in(objects: Store) -> list[str]:
    """The owners under whom there is any object, sorted by code point."""
    found: set[str] = set()
    for folder in FOLDERS:
        after, last = "", ""
        while entry := await anext(objects.list(folder, after), None):
            owner, separator, _ = entry.key.removeprefix(folder).partition("/")
            # An object that is no owner's was put there by somebody else, and is left alone.
            is_new = separator and owner != last
            after = f"{folder}{owner}/{BEHIND_ALL}" if is_new else entry.key
            if is_new:
                last = owner
                found.add(owner)
    return sorted(found)
