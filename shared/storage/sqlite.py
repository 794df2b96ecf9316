"""A store in one SQLite file, shared by the threads and processes of one host.

Every call is one statement in its own transaction, or in one that it shares with others of the same turn of the
event loop (`sqlite_group.py`), so no lock outlives a call.
"""

import asyncio
import logging
import os
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

from shared.errors import OutcomeUnknown, StoreFailed, StoreUnavailable
from shared.storage.address import StoreAddress
from shared.storage.capabilities import Capabilities
from shared.storage.protocol import (
    ABSENT,
    UNCHANGED,
    Absent,
    Conflict,
    Durability,
    Entry,
    Stored,
    Tag,
    Unchanged,
)
from shared.storage.sqlite_file import RESERVE_BYTES, DatabaseFile
from shared.storage.sqlite_group import LONGEST_BYTES, REPLACE, GroupCommit

_T = TypeVar("_T")

_log = logging.getLogger(__name__)

_SYNCHRONOUS = {"process": "NORMAL", "power": "FULL"}

# Not WITHOUT ROWID: a body over a quarter of a page would leave its row, and a write of 30 kB take 100 us
# instead of 20.
_SCHEMA = """CREATE TABLE IF NOT EXISTS objects (
    key TEXT PRIMARY KEY NOT NULL, tag TEXT NOT NULL, written REAL NOT NULL, body BLOB NOT NULL)"""
_GET = "SELECT body, tag FROM objects WHERE key = ?"
_CREATE = "INSERT INTO objects (tag, written, body, key) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
_WRITE = """INSERT INTO objects (tag, written, body, key) VALUES (?, ?, ?, ?) ON CONFLICT (key)
    DO UPDATE SET tag = excluded.tag, written = excluded.written, body = excluded.body"""
_DELETE = "DELETE FROM objects WHERE key = ?"
_DELETE_TAGGED = "DELETE FROM objects WHERE key = ? AND tag = ?"
# TEXT compares by its UTF-8 bytes, and 0xFF is never one of them: every key with the prefix is below
# prefix + 0xFF. LIKE would read % and _ as wildcards.
_LIST = """SELECT key, written, length(body) FROM objects
    WHERE key >= ? AND key < CAST(? AS TEXT) ORDER BY key LIMIT ?"""
# SQLITE_MAX_LENGTH, the limit on a whole row, less room for the key and the tag.
_MAX_OBJECT_BYTES = 1_000_000_000 - 4096
_CONDITIONAL = frozenset({REPLACE, _CREATE, _DELETE_TAGGED})

# Waiting for another writer blocks the event loop, and a write holds the lock for about 20 us, so we poll with
# a short pause. SQLite's own busy handler sleeps up to 100 ms between tries and misses every gap between
# writers that never pause: of 4 such processes on 2 cores one waited 330 ms, with this pause at most 20. The
# limit is for a lock holder that is not one of ours (a shell, a backup) or was descheduled.
_PAUSE_S = 0.0003
_PATIENCE_S = 1.0
# Once per thread, while processes that start together create the file one after another.
_OPENING_PATIENCE_S = 10.0
# Tombstones: closing an environment is to work on a full disk, with an idempotency key too.
_SMALL_BYTES = 256
_PROBE, _PROBE_BYTES = "health", 65_536
# BUSY: another connection holds the lock. PROTOCOL: another one won the race to open the log.
_TRANSIENT = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_PROTOCOL)


class SQLiteStore:
    """Objects in the file at `path`, with one connection per thread.

    The first call creates the file and its directory. Nothing is open before it, so a process may fork until then.
    """

    def __init__(
        self,
        path: str | Path,
        durability: Durability = "process",
        page: int = 500,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        """`page` is the number of entries that a listing reads at a time."""
        self.path = Path(path).absolute()
        self._file = DatabaseFile(self.path, reserve_bytes)
        self.capabilities = Capabilities(
            remote=False,
            shared=True,
            max_object_bytes=_MAX_OBJECT_BYTES,
            compact=self.compact,
            probe=self.probe,
            key_file=self.path.with_name(self.path.name + ".key"),
        )
        self._synchronous = _SYNCHRONOUS[durability]
        self._page = page
        self._local = threading.local()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._lock = threading.Lock()
        self._group = GroupCommit(
            lambda values: self._write(REPLACE, *values, may_use_reserve=False), self._begun, self._drop
        )

    @classmethod
    def from_address(cls, address: StoreAddress, durability: Durability) -> Self:
        """The store at `sqlite:///RELATIVE/PATH` or `sqlite:////ABSOLUTE/PATH`.

        Raises:
            Misconfigured: there is no path, or it is SQLite's own `:memory:`, which no two threads share.
        """
        path = address.location.removeprefix("///")
        if path in ("", address.location, ":memory:"):
            raise address.malformed("sqlite:///RELATIVE/PATH", "sqlite:////ABSOLUTE/PATH")
        return cls(path, durability)

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`."""
        rows, _ = self._run(_GET, key)
        if not rows:
            return None
        body, tag = rows[0]
        return UNCHANGED if tag == unless else Stored(body, tag)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`; `OutcomeUnknown` only if the disk fails."""
        tag = Tag(os.urandom(12).hex())
        version = (tag, time.time(), body, key)
        may_use_reserve = len(body) <= _SMALL_BYTES
        if expect is None:
            changed = self._write(_WRITE, *version, may_use_reserve=may_use_reserve)
        elif expect is ABSENT:
            changed = self._write(_CREATE, *version, may_use_reserve=may_use_reserve)
        elif self._group.gathers and _SMALL_BYTES < len(body) <= LONGEST_BYTES:
            changed = await self._group.replaced((*version, expect))
        else:
            if self._group.one_came:
                self._group.gathers = True
            else:
                self._group.one_came = True
                asyncio.get_running_loop().call_soon(self._group.turn_is_over)
            changed = self._write(REPLACE, *version, expect, may_use_reserve=may_use_reserve)
        if not changed:
            raise Conflict(key, sent_once=True)
        return tag

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        """See `Store.delete`; `OutcomeUnknown` only if the disk fails. `compact` shrinks the file."""
        if expect is None:
            self._write(_DELETE, key, may_use_reserve=True)
        elif not self._write(_DELETE_TAGGED, key, expect, may_use_reserve=True):
            raise Conflict(key, sent_once=True)
        if self._file.gave_reserve:
            self._regain_reserve()

    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        """See `Store.list`; no transaction is open while the caller handles an entry."""
        start, end = after + "\0" if after else prefix, prefix.encode() + b"\xff"
        while True:
            rows, _ = self._run(_LIST, start, end, self._page)
            for row in rows:
                yield Entry(*row)
            if len(rows) < self._page:
                return
            await asyncio.sleep(0)
            start = rows[-1][0] + "\0"  # the least key after the last one

    def compact(self, pages: int = 64) -> int:
        """Return up to `pages` free pages (4 KiB each) to the disk; the number of free pages left.

        Holds the write lock, for about a millisecond with the default. Call it until it returns 0.
        """
        # `execute` would stop after the first step, which is one page.
        self._patiently(lambda connection: connection.executescript(f"PRAGMA incremental_vacuum({pages:d})"))
        rows, _ = self._run("PRAGMA freelist_count")
        left = int(rows[0][0])
        if not left:
            self._file.keep_reserve()
        return left

    async def probe(self) -> None:
        """Write and delete an object of 64 KiB, as large as most snapshots; nothing of it stays.

        Raises:
            StoreUnavailable, OutcomeUnknown: the disk is full or fails, or the file was removed or replaced.
        """
        await self.put(_PROBE, bytes(_PROBE_BYTES))
        await self.delete(_PROBE)
        self._file.keep_reserve()

    async def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            while self._connections:
                self._connections.popitem()[1].close()

    def _write(self, statement: str, *values: Any, may_use_reserve: bool) -> int:
        """Run a statement that writes; the number of rows it changed."""
        if time.monotonic() > self._file.check_due:
            self._file.check()
        try:
            return self._run(statement, *values)[1]
        except StoreUnavailable as error:
            full = (
                isinstance(error.__cause__, sqlite3.Error)
                and _primary_code(error.__cause__) == sqlite3.SQLITE_FULL
            )
            if not (full and may_use_reserve):
                raise
        # Without a reserve too: what the log holds of pages that the file has needs no room.
        self._file.give_reserve()
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")
        return self._run(statement, *values)[1]

    def _regain_reserve(self) -> None:
        """Give free pages to the disk at once, not at the next sweep, so that there is a reserve again."""
        try:
            self.compact()
            self._run("PRAGMA wal_checkpoint(TRUNCATE)")
        except StoreUnavailable as error:
            _log.debug("The disk is still full: %s", error)  # what was to be deleted is
        else:
            self._file.keep_reserve()

    def _begun(self) -> sqlite3.Connection:
        """The calling thread's connection, which has begun a transaction that writes."""
        if time.monotonic() > self._file.check_due:
            self._file.check()
        self._patiently(lambda connection: connection.execute("BEGIN IMMEDIATE"))
        return self._connection()

    def _drop(self) -> None:
        """Close the calling thread's connection, and with it what was begun and not committed."""
        with self._lock:
            del self._connections[threading.current_thread()]
        self._local.connection.close()
        del self._local.connection

    def _run(self, statement: str, *values: Any) -> tuple[Sequence[Any], int]:
        """Run one statement in its own transaction; its rows, and the number of rows it changed."""
        conditional = statement in _CONDITIONAL
        try:
            return _executed(self._local.connection, statement, values)
        except AttributeError:  # the thread's first call
            pass
        except sqlite3.Error as error:
            # Repeating a commit that failed halfway could conflict with itself.
            if _primary_code(error) not in _TRANSIENT:
                raise self._failure(error, conditional) from error
        return self._patiently(lambda connection: _executed(connection, statement, values), conditional)

    def _patiently(self, work: Callable[[sqlite3.Connection], _T], conditional: bool = False) -> _T:
        """Do `work`, again while another connection holds the lock; raises the errors of `Store`."""
        deadline = None
        while True:
            try:
                return work(self._connection())
            except sqlite3.Error as error:
                now = time.monotonic()
                opened = hasattr(self._local, "connection")
                deadline = deadline or now + (_PATIENCE_S if opened else _OPENING_PATIENCE_S)
                if _primary_code(error) not in _TRANSIENT or now > deadline:
                    raise self._failure(error, conditional) from error
            except OSError as error:
                raise self._failure(error, conditional) from error
            time.sleep(_PAUSE_S)

    def _connection(self) -> sqlite3.Connection:
        """The calling thread's connection."""
        try:
            connection: sqlite3.Connection = self._local.connection
        except AttributeError:
            connection = self._local.connection = self._open()
        return connection

    def _open(self) -> sqlite3.Connection:
        self._file.check()  # before a file is created in the place of one that was removed
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Only its own thread uses it, but any thread may close the store.
        connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            # First, since it has no effect once the file has a table.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute(_SCHEMA)
            self._file.note()
            connection.execute(f"PRAGMA wal_autocheckpoint = {self._file.log_pages:d}")
            connection.execute(f"PRAGMA journal_size_limit = {self._file.log_pages * 4096:d}")
        except (sqlite3.Error, OSError, StoreUnavailable):
            connection.close()
            raise  # to `_patiently`: another process may be creating the file right now
        with self._lock:
            for thread in [thread for thread in self._connections if not thread.is_alive()]:
                self._connections.pop(thread).close()
            self._connections[threading.current_thread()] = connection
        return connection

    def _failure(self, error: sqlite3.Error | OSError, conditional: bool) -> StoreFailed:
        if _primary_code(error) == sqlite3.SQLITE_FULL:
            return StoreUnavailable(
                f"The disk of the SQLite file {self.path} named by GYM_HTTP_STORE is full; close environments, "
                "whose room the next sweep gives back, or free room on the disk."
            )
        reason = error.strerror if isinstance(error, OSError) else error
        detail = f"The SQLite file {self.path} named by GYM_HTTP_STORE cannot be used: {reason}"
        # A commit whose sync failed is rolled back, yet may be found in the log after a crash.
        if _primary_code(error) == sqlite3.SQLITE_IOERR and conditional:
            return OutcomeUnknown(f"{detail}; the write may be done: read the object back.")
        return StoreUnavailable(f"{detail}; check the path, its permissions and its disk, or name another.")


def _executed(connection: sqlite3.Connection, statement: str, values: Sequence[Any]) -> tuple[Sequence[Any], int]:
    cursor = connection.execute(statement, values)
    # Fetched to the end: a statement that is not keeps its transaction open.
    return cursor.fetchall(), cursor.rowcount


def _primary_code(error: Exception) -> int | None:
    """SQLite's primary result code; None if the error is not SQLite's own."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code if code is None else code & 0xFF
