"""The instances of owners, page by page. A list costs pages of keys, and not one read per instance.

An instance is listed if it has an entry in the index and its snapshot is in the store and has not expired. Both
are listed in the order of the instances' ids and read side by side, so a page takes as much time and room wherever
it begins.
"""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

from shared.errors import InvalidValue
from shared.session.inventory.by_instance import BEHIND_ALL, ByInstance
from shared.session.stored.ending import is_marker
from shared.session.stored.reference import Reference
from shared.session.stored.snapshots import Snapshots

MOST_IN_PAGE = 1000
"""The most instances of one page: as many as stores list at a time."""

MOST_AT_ONCE = 10_000
"""The most instances that are listed without pages."""

_MOST_READ = 10_000
"""Entries after which a page ends though it is not full: there may be many that have expired and are not swept."""


class Page(NamedTuple):
    """Some instances in the order of owners and ids, with their environment ids."""

    env_ids: dict[Reference, str]
    last: Reference | None
    """What the next page begins behind; None on the last page. There may be nothing behind it."""


class Listing:
    """The lists of one store's instances."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    async def page(self, owners: Sequence[str], limit: int, after: Reference | None = None) -> Page:
        """At most `limit` instances of the owners, in their order; `after`, which is theirs, is the one before."""
        found: dict[Reference, str] = {}
        for owner in owners if after is None else owners[owners.index(after.owner) :]:
            begin = after.instance_id if after is not None and after.owner == owner else ""
            last = await self._add(found, owner, limit, begin)
            if last is not None:
                return Page(found, last)
        return Page(found, None)

    async def all(self, owners: Sequence[str]) -> dict[Reference, str]:
        """Every instance of the owners.

        Raises:
            InvalidValue: there are more than `MOST_AT_ONCE`.
        """
        found: dict[Reference, str] = {}
        page = Page({}, None)
        while True:
            page = await self.page(owners, MOST_IN_PAGE, page.last)
            found |= page.env_ids
            if len(found) > MOST_AT_ONCE:
                raise InvalidValue(
                    f"There are over {MOST_AT_ONCE} environments; list them in pages: send ?limit={MOST_IN_PAGE}, "
                    'and follow the Link with rel="next" of each reply.',
                    limit=MOST_AT_ONCE,
                )
            if page.last is None:
                return found

    async def _add(self, found: dict[Reference, str], owner: str, limit: int, after: str) -> Reference | None:
        """Add the owner's instances behind an id to those found. The last one seen, unless these were all."""
        objects, horizon = self._snapshots.objects, self._snapshots.expiry.horizon()
        states = ByInstance(objects, "state/", owner, after)
        entries = ByInstance(objects, "index/", owner, after)
        await states.advance()
        await entries.advance()
        while BEHIND_ALL not in (states.instance_id, entries.instance_id):
            seen = min(states.instance_id, entries.instance_id)
            reference = Reference(owner, seen)
            are_one = states.instance_id == entries.instance_id
            if are_one and states.entry.written > horizon and not is_marker(states.entry):
                found[reference] = unquote(entries.rest)
            if len(found) >= limit or states.taken + entries.taken >= _MOST_READ:
                return reference
            if states.instance_id == seen:
                await states.advance()
            if entries.instance_id == seen:
                await entries.advance()
        return None
