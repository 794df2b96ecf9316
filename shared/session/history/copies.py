"""Copies of what was told of a log, for a client that has to fetch it from the store itself."""

from collections.abc import Mapping

from shared.errors import QuotaExceeded
from shared.session.inventory.quota import Amount
from shared.session.session import Session
from shared.session.stored.header import Header

_SECONDS = 900
"""How long an address holds: for a download that begins at once, and one more."""


class Copies:
    """The copies in one store. Each stays as long as the log that it is of, and counts among its bytes."""

    def __init__(self, session: Session) -> None:
        self._beside = session.segments.beside
        self._quota = session.quota

    async def address(self, header: Header, content: bytes, head: Mapping[str, str]) -> str | None:
        """Where a client gets these bytes of an instance's log, with these headers.

        None where the store gives no addresses, or the owner has no room for a copy.

        Raises:
            StoreUnavailable: the copy could not be written.
        """
        if header.log is None or not self._beside.has_addresses:
            return None
        try:
            async with self._quota.room(header.owner, Amount(size=len(content))):
                return await self._beside.address(header.reference, header.log.birth, content, head, _SECONDS)
        except QuotaExceeded:
            return None
