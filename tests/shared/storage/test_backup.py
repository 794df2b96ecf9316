"""A store is copied as it was at one moment, and over nothing."""

import sqlite3
import threading
from pathlib import Path

import pytest

from shared.errors import StoreUnavailable
from shared.storage.backup import backup
from shared.storage.sqlite import SQLiteStore
from tests.blocking import Blocking


def test_a_copy_is_of_one_moment_while_others_write(tmp_path: Path) -> None:
    store = Blocking(SQLiteStore(tmp_path / "s.db"))
    for number in range(200):
        store.put(f"a/{number}", bytes(5000))
    store.put("b/count", b"0")
    stop = threading.Event()

    def write() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            store.put(f"a/{count % 200}", count.to_bytes(4, "big"))
            store.put("b/count", str(count).encode())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [backup(store.store, tmp_path / str(number))[0] for number in range(5)]
    finally:
        stop.set()
        writer.join()
    for copy in copies:
        connection = sqlite3.connect(copy)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        [[count]] = connection.execute("SELECT body FROM objects WHERE key = 'b/count'").fetchall()
        newest = [
            int.from_bytes(body, "big")
            for [body] in connection.execute("SELECT body FROM objects WHERE key LIKE 'a/%' AND length(body) = 4")
        ]
        assert max(newest, default=0) - int(count) in (0, 1)
        connection.close()
    store.close()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    store = Blocking(SQLiteStore(tmp_path / "s.db"))
    store.put("a/one", b"1")
    [first] = backup(store.store, tmp_path / "copy")
    before = first.read_bytes()
    with pytest.raises(StoreUnavailable, match="is there already"):
        backup(store.store, tmp_path / "copy")
    assert first.read_bytes() == before
    store.close()
