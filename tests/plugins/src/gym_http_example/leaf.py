"""A native leaf: an SQLite database in memory, by the pages that it consists of."""

import sqlite3
from typing import Any

from shared.codec.plain import NotPlain

_IN_MEMORY = ("", "x")
"""What SQLite calls the file of a new database in memory, and of a deserialized one."""


class ConnectionLeaf:
    """Carries `sqlite3.connect(":memory:")`.

    What the connection itself counts (`total_changes`, `last_insert_rowid()`) begins anew. An environment that
    depends on it fails its trial and is refused.
    """

    type = "sqlite3.Connection"
    subclasses = False

    def parts(self, connection: sqlite3.Connection) -> tuple[Any, ...]:
        """None: all is in the pages."""
        return ()

    def to_bytes(self, connection: sqlite3.Connection) -> bytes:
        """The database's pages.

        Raises:
            NotPlain: A transaction is open, there are temporary tables or files, or rows and texts are converted.
        """
        if connection.in_transaction:
            raise NotPlain("an SQLite transaction is open")
        if (connection.row_factory, connection.text_factory, connection.isolation_level) != (None, str, ""):
            raise NotPlain("an SQLite connection has factories or an isolation level of its own")
        files = [path for _, _, path in connection.execute("PRAGMA database_list") if path not in _IN_MEMORY]
        if files or _first(connection, "SELECT count(*) FROM sqlite_temp_master"):
            raise NotPlain(f"an SQLite connection has temporary tables or files: {files}")
        # SQLite does not serialize a database that has no page yet.
        return connection.serialize() if _first(connection, "PRAGMA page_count") else b""

    def from_bytes(self, body: bytes, parts: tuple[Any, ...]) -> sqlite3.Connection:
        """A connection to a database of those pages.

        Raises:
            ValueError: They are not the pages of a whole database.
        """
        connection = sqlite3.connect(":memory:")
        if not body:
            return connection
        connection.deserialize(body)
        try:
            size = _first(connection, "PRAGMA page_size") * _first(connection, "PRAGMA page_count")
            is_whole = size == len(body) and _first(connection, "PRAGMA integrity_check") == "ok"
        except sqlite3.DatabaseError as error:
            raise ValueError(f"the pages are not a database: {error}") from error
        if not is_whole:
            raise ValueError("the pages are not a whole database")
        return connection


def _first(connection: sqlite3.Connection, query: str) -> Any:
    return connection.execute(query).fetchone()[0]


CONNECTION = ConnectionLeaf()
