"""A store in one SQLite file: durable, and shared by the threads and processes of one host.

Every call is one statement in a transaction of its own, so that no lock outlives a call.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from shared.errors import OutcomeUnknown, StoreFailed, StoreUnavailable
from shared.storage.protocol import (
    ABSENT,
    UNCHANGED,
    Absent,
    Conflict,
    Entry,
    Stored,
    Tag,
    Unchanged,
)

_T = TypeVar("_T")

Durability = Literal["process", "power"]
"""What a finished write survives: the end of the process, or the loss of power too."""

_SYNCHRONOUS = {"process": "NORMAL", "power": "FULL"}

# A table with row ids, not WITHOUT ROWID: there, a body over a quarter of a page spills out of the row,
# and a write of 30 kB takes 100 us and not 20.
_SCHEMA = """CREATE TABLE IF NOT EXISTS objects (
    key TEXT PRIMARY KEY NOT NULL, tag TEXT NOT NULL, written REAL NOT NULL, body BLOB NOT NULL)"""
_GET = "SELECT body, tag FROM objects WHERE key = ?"
# The key is no part of what changes: an UPDATE writes the row's page and leaves the index alone.
_REPLACE = "UPDATE objects SET tag = ?, written = ?, body = ? WHERE key = ? AND tag = ?"
_CREATE = "INSERT INTO objects (tag, written, body, key) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
_WRITE = """INSERT INTO objects (tag, written, body, key) VALUES (?, ?, ?, ?) ON CONFLICT (key)
    DO UPDATE SET tag = excluded.tag, written = excluded.written, body = excluded.body"""
_DELETE = "DELETE FROM objects WHERE key = ?"
_DELETE_TAGGED = "DELETE FROM objects WHERE key = ? AND tag = ?"
# TEXT compares as its UTF-8 bytes, in which 0xFF never occurs: every key with the prefix is below
# prefix + 0xFF. LIKE would take % and _ for wildcards.
_LIST = """SELECT key, written, length(body) FROM objects
    WHERE key >= ? AND key < CAST(? AS TEXT) ORDER BY key LIMIT ?"""
_CONDITIONAL = frozenset({_REPLACE, _CREATE, _DELETE_TAGGED})

# Waiting for another writer blocks the event loop, and a write holds the lock for some 20 us, so the wait is
# polled finely. SQLite's own busy handler sleeps up to 100 ms between tries and against writers that never
# pause misses every gap: of 4 such processes on 2 cores one waited 330 ms, with this pause at most 20. The
# bound is for a holder that is not one of us (a shell, a backup) or has lost its processor.
_PAUSE_S = 0.0003
_PATIENCE_S = 1.0
# Once a thread, and while processes that start together make the file one after another.
_OPENING_PATIENCE_S = 10.0
# BUSY: another connection holds the lock. PROTOCOL: a race for the lock while a log is opened was lost.
_TRANSIENT = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_PROTOCOL)


class SQLiteStore:
    """Objects in the file at `path`, made with its directory at the first call, one connection a thread.

    Nothing is opened before a thread's first call, so a process may fork until then.
    """

    brief = True

    def __init__(self, path: str | Path, durability: Durability = "process", page: int = 500) -> None:
        """`page` is how many entries a listing reads at a time."""
        self.path = Path(path).absolute()
        self._synchronous = _SYNCHRONOUS[durability]
        self._page = page
        self._local = threading.local()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._lock = threading.Lock()

    def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`."""
        rows, _ = self._run(_GET, key)
        if not rows:
            return None
        body, tag = rows[0]
        return UNCHANGED if tag == unless else Stored(body, tag)

    def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`; `OutcomeUnknown` only if the disk fails."""
        tag = Tag(os.urandom(12).hex())
        version = (tag, time.time(), body, key)
        if expect is None:
            _, changed = self._run(_WRITE, *version)
        elif expect is ABSENT:
            _, changed = self._run(_CREATE, *version)
        else:
            _, changed = self._run(_REPLACE, *version, expect)
        if not changed:
            raise Conflict(key)
        return tag

    def delete(self, key: str, expect: Tag | None = None) -> bool:
        """See `Store.delete`; `OutcomeUnknown` only if the disk fails. The file shrinks by `reclaim`."""
        if expect is None:
            return self._run(_DELETE, key)[1] > 0
        if not self._run(_DELETE_TAGGED, key, expect)[1]:
            raise Conflict(key)
        return True

    def list(self, prefix: str) -> Iterator[Entry]:
        """See `Store.list`; no transaction is open while the caller is busy with an entry."""
        start, end = prefix, prefix.encode() + b"\xff"
        while True:
            rows, _ = self._run(_LIST, start, end, self._page)
            yield from (Entry(*row) for row in rows)
            if len(rows) < self._page:
                return
            start = rows[-1][0] + "\0"  # the least key after the last one

    def reclaim(self, pages: int = 64) -> int:
        """Give up to `pages` pages (4 KiB each) that deletes left free back to the disk; how many are left.

        The write lock is held meanwhile, about a millisecond for the default, so a sweep calls it until
        nothing is left and not once for all.
        """
        # `execute` would take the first of its steps, one a page, for its end.
        self._patiently(lambda connection: connection.executescript(f"PRAGMA incremental_vacuum({pages:d})"))
        rows, _ = self._run("PRAGMA freelist_count")
        return int(rows[0][0])

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            while self._connections:
                self._connections.popitem()[1].close()

    def _run(self, statement: str, *values: Any) -> tuple[Sequence[Any], int]:
        """One statement in a transaction of its own: its rows, and how many rows it changed."""
        try:
            return _executed(self._local.connection, statement, values)
        except (AttributeError, sqlite3.Error):  # the thread's first, or the lock is held: `_patiently` knows
            conditional = statement in _CONDITIONAL
            return self._patiently(lambda connection: _executed(connection, statement, values), conditional)

    def _patiently(self, work: Callable[[sqlite3.Connection], _T], conditional: bool = False) -> _T:
        """Do `work`, again while another connection holds the lock; its errors are the Protocol's."""
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
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Used by its own thread alone, but closed by whichever closes the store.
        connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            # Holds only for a file without tables, so it comes first.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise  # to `_patiently`: another process may be making the file at this moment
        with self._lock:
            for thread in [thread for thread in self._connections if not thread.is_alive()]:
                self._connections.pop(thread).close()
            self._connections[threading.current_thread()] = connection
        return connection

    def _failure(self, error: sqlite3.Error | OSError, conditional: bool) -> StoreFailed:
        reason = error.strerror if isinstance(error, OSError) else error
        detail = f"The SQLite file {self.path} named by GYM_HTTP_STORE cannot be used: {reason}"
        # A commit whose sync failed is taken back, and may yet be found in the log after a crash.
        if _primary_code(error) == sqlite3.SQLITE_IOERR and conditional:
            return OutcomeUnknown(f"{detail}; read the object back, for it may have been written.")
        return StoreUnavailable(f"{detail}; check the path, its permissions and its disk, or name another.")


def _executed(connection: sqlite3.Connection, statement: str, values: Sequence[Any]) -> tuple[Sequence[Any], int]:
    cursor = connection.execute(statement, values)
    # Fetched to the end, for a statement that is not would keep its transaction open.
    return cursor.fetchall(), cursor.rowcount


def _primary_code(error: Exception) -> int | None:
    """SQLite's result code without its extension; None if the error is not SQLite's own."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code if code is None else code & 0xFF
