"""Group commit: the replacements that arrive in one turn of an event loop share one transaction.

Each still fails by itself where its expected object no longer stands there, and nobody is answered before the
commit. To wait for the end of a turn takes a tenth of a step, so who is alone does not: groups are made from the
first turn on in which two came, until there was one alone for some turns.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence

import msgspec

from shared.errors import OutcomeUnknown

REPLACE = "UPDATE objects SET tag = ?, written = ?, body = ? WHERE key = ? AND tag = ?"
"""An UPDATE that leaves the key alone writes the row's page and not the index."""

LONGEST_BYTES = 65_536
"""A longer object is written alone: it takes longer than a commit, and the others would wait for it."""

MOST = 64
"""Replacements in one transaction, for about a millisecond of which other processes cannot write."""

_ALONE_TURNS = 8
"""After so many turns with one replacement each, the next is written at once."""

Values = tuple[str, float, bytes, str, str]
"""Tag, time, body, key and the expected tag."""


class _Waiting(msgspec.Struct, frozen=True):
    values: Values
    changed: asyncio.Future[int]
    """The number of rows that it changed; cancelled if nobody waits for it any more."""

    def tell(self, changed: int) -> None:
        if not self.changed.done():
            self.changed.set_result(changed)

    def fail(self, error: Exception) -> None:
        if not self.changed.done():
            self.changed.set_exception(error)


class GroupCommit:
    """The replacements that wait for the end of a turn, of every event loop that uses a store."""

    def __init__(
        self,
        alone: Callable[[Values], int],
        begun: Callable[[], sqlite3.Connection],
        drop: Callable[[], None],
    ) -> None:
        """Write by the store's own ways.

        Args:
            alone: makes a replacement in a transaction of its own, and returns the number of rows it changed.
            begun: begins a transaction, and returns its connection.
            drop: closes that connection, which takes back what was not committed.
        """
        self._alone = alone
        self._begun = begun
        self._drop = drop
        self._waiting: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
        self._alone_turns = 0
        self.gathers = False
        """Whether replacements wait for the end of their turn."""
        self.one_came = False
        """Whether one was written at once in this turn, at whose end `turn_is_over` is called."""

    def turn_is_over(self) -> None:
        """Begin another turn."""
        self.one_came = False

    async def replaced(self, values: Values) -> int:
        """Make the replacement; the number of rows it changed. It is made though its caller is cancelled.

        Raises:
            StoreUnavailable: it was not made.
            OutcomeUnknown: its commit failed.
        """
        loop = asyncio.get_running_loop()
        waiting = self._waiting.get(loop)
        if waiting is None:
            waiting = self._waiting[loop] = []
            loop.call_soon(self._write, loop)
        changed: asyncio.Future[int] = loop.create_future()
        waiting.append(_Waiting(values, changed))
        return await changed

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting = self._waiting.pop(loop)
        self._alone_turns = self._alone_turns + 1 if len(waiting) == 1 else 0
        if self._alone_turns == _ALONE_TURNS:
            self._alone_turns, self.gathers, self.one_came = 0, False, False
        for first in range(0, len(waiting), MOST):
            group = waiting[first : first + MOST]
            try:
                written = len(group) > 1 and self._together(group)
            except Exception as error:  # told to each who waits
                for each in group:
                    each.fail(error)
                continue
            if not written:
                for each in group:
                    self._by_itself(each)

    def _by_itself(self, each: _Waiting) -> None:
        try:
            each.tell(self._alone(each.values))
        except Exception as error:  # told to who waits
            each.fail(error)

    def _together(self, group: Sequence[_Waiting]) -> bool:
        """Write all in one transaction; False if one of them failed, and so none is written.

        Raises:
            StoreUnavailable: none is written, nor would each by itself be.
            OutcomeUnknown: they may be.
        """
        connection = self._begun()
        try:
            changed = [connection.execute(REPLACE, each.values).rowcount for each in group]
        except BaseException as error:
            # SQLite may have ended the transaction itself, as on a full disk: what came next would commit alone.
            self._drop()
            if isinstance(error, sqlite3.Error):
                return False
            raise
        try:
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._drop()
            raise OutcomeUnknown(
                f"SQLite failed to commit ({error}), and the write may be done: read the object back."
            ) from error
        for each, rows in zip(group, changed, strict=True):
            each.tell(rows)
        return True
