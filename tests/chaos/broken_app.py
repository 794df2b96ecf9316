"""Sessions broken on purpose, which the checker has to catch. `CHAOS_BROKEN` names the fault."""

import os
import time
from typing import Any

from functions import local
from shared.errors import OutcomeUnknown
from shared.session.calls import exactly_once
from shared.session.stored.failed_writes import FailedWrites
from shared.session.stored.header import Header
from shared.storage.protocol import ABSENT, Absent, Conflict, Stored, Tag
from shared.storage.sqlite import SQLiteStore
from shared.web.app.application import create_app
from shared.web.service import service

_CHECK_TO_WRITE_S = 0.002
_LOST_EVERY = 10


class CheckThenWrite(SQLiteStore):
    """Checks that the object is as expected, and then writes unconditionally."""

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`; another process may write between the check and the write."""
        stored = await self.get(key)
        if expect is not None and (stored.tag if isinstance(stored, Stored) else ABSENT) != expect:
            raise Conflict(key)
        time.sleep(_CHECK_TO_WRITE_S)
        return await super().put(key, body)


class LostReplies(SQLiteStore):
    """Loses the reply of every tenth write."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._writes = 0

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`."""
        tag = await super().put(key, body, expect)
        self._writes += expect is not None and key.startswith("state/")
        if self._writes % _LOST_EVERY == 0 and expect not in (None, ABSENT):
            raise OutcomeUnknown(key)
        return tag


def _never_made(_: FailedWrites, __: Header) -> None:
    """What a session finds that does not look for its own call."""


def _break(way: str) -> None:
    if way == "check then write":
        store: type[SQLiteStore] = CheckThenWrite
    elif way == "never read back":
        store = LostReplies
        setattr(FailedWrites, "revision_made", _never_made)  # noqa: B010
        # The call would still be recognised by its key.
        setattr(exactly_once, "first_reply", lambda *_: None)  # noqa: B010
    else:
        raise ValueError(way)
    setattr(service, "open_store", store.from_address)  # noqa: B010


_break(os.environ["CHAOS_BROKEN"])
app = create_app(*(module.router for module in local.MODULES))
