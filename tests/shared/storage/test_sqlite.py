"""The store in one SQLite file, between threads and processes and on a disk that fails."""

import multiprocessing
import os
import resource
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from shared.errors import OutcomeUnknown, StoreUnavailable
from shared.storage import sqlite as module
from shared.storage.protocol import ABSENT, Conflict, Durability, Entry, Store, Stored, Tag
from shared.storage.sqlite import SQLiteStore
from shared.storage.testing.contract import SharedStoreContract
from tests.blocking import Blocking, result, turns_in_a_listing

KEY = "state/me/one"
PROCESSES = 4
SPAWN = multiprocessing.get_context("spawn")

barrier: Barrier


def _meet(shared: Barrier) -> None:
    global barrier
    barrier = shared


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Processes that start the work of each test at the same moment, at `barrier`."""
    start = (SPAWN.Barrier(PROCESSES),)
    with ProcessPoolExecutor(PROCESSES, SPAWN, initializer=_meet, initargs=start) as pool:
        yield pool


class TestSQLiteStore(SharedStoreContract):
    @pytest.fixture
    def store(self, sqlite: Blocking[SQLiteStore]) -> Store:
        return sqlite.store

    @pytest.fixture
    def second(self, sqlite: Blocking[SQLiteStore]) -> Iterator[Store]:
        store = SQLiteStore(sqlite.store.path)
        yield store
        result(store.close())


def _put_absent(path: Path) -> bool:
    store = Blocking(SQLiteStore(path))
    barrier.wait(60)
    try:
        store.put(KEY, b"", ABSENT)
    except Conflict:
        return False
    finally:
        store.close()
    return True


def _put_expecting(path: Path, tag: Tag) -> bool:
    store = Blocking(SQLiteStore(path))
    barrier.wait(60)
    try:
        store.put(KEY, os.urandom(100), tag)
    except Conflict:
        return False
    finally:
        store.close()
    return True


def _write_without_pause(path: Path, key: str) -> None:
    store = Blocking(SQLiteStore(path))
    barrier.wait(60)
    tag = store.put(key, b"", ABSENT)
    for _ in range(1000):
        tag = store.put(key, os.urandom(1000), tag)
    store.close()


def _put_and_die(path: Path) -> None:
    Blocking(SQLiteStore(path)).put(KEY, b"body")
    os.kill(os.getpid(), signal.SIGKILL)


def _fill_the_disk(path: Path) -> list[str]:
    """The error names of three writes to a file that cannot grow."""
    store = Blocking(SQLiteStore(path))
    tag = store.put(KEY, b"body")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    writes: list[Callable[[], object]] = [
        lambda: store.put(KEY, bytes(2**20), tag),
        lambda: store.put("other", bytes(2**20), ABSENT),
        lambda: store.put(KEY, bytes(2**20)),
    ]
    names = []
    for write in writes:
        try:
            write()
        except (OutcomeUnknown, StoreUnavailable) as error:
            names.append(type(error).__name__)
    assert store.get(KEY) == Stored(b"body", tag)
    return names


def test_processes_that_open_a_new_file_at_once_share_one_store(
    processes: ProcessPoolExecutor, tmp_path: Path
) -> None:
    """Creating the directory, the file, its journal mode and its table is safe in a race."""
    for turn in range(10):
        path = tmp_path / f"turn-{turn}" / "new" / "snapshots.db"
        assert sum(processes.map(_put_absent, [path] * PROCESSES)) == 1


def test_of_many_processes_with_one_tag_exactly_one_wins(
    processes: ProcessPoolExecutor, sqlite: Blocking[SQLiteStore]
) -> None:
    for _ in range(10):
        tag = sqlite.put(KEY, b"")
        wins = processes.map(_put_expecting, [sqlite.store.path] * PROCESSES, [tag] * PROCESSES)
        assert sum(wins) == 1


def test_processes_that_write_without_pause_never_fail(
    processes: ProcessPoolExecutor, sqlite: Blocking[SQLiteStore]
) -> None:
    keys = [f"state/me/{n}" for n in range(PROCESSES)]
    list(processes.map(_write_without_pause, [sqlite.store.path] * PROCESSES, keys))
    assert [(entry.key, entry.size) for entry in sqlite.list("")] == [(key, 1000) for key in keys]


def test_a_write_outlives_a_killed_process(sqlite: Blocking[SQLiteStore]) -> None:
    process = SPAWN.Process(target=_put_and_die, args=(sqlite.store.path,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    stored = sqlite.get(KEY)
    assert isinstance(stored, Stored)
    assert stored.body == b"body"


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files as POSIX does")
def test_a_failing_disk_leaves_the_outcome_of_conditional_writes_open(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, SPAWN) as pool:
        names = pool.submit(_fill_the_disk, tmp_path / "snapshots.db").result()
    assert names == ["OutcomeUnknown", "OutcomeUnknown", "StoreUnavailable"]


def test_a_write_that_was_done_before_the_disk_failed_is_not_repeated(
    sqlite: Blocking[SQLiteStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Repeated, it would be a conflict with itself."""
    failures: list[int] = []

    class Connection(sqlite3.Connection):
        def execute(self, *args: Any) -> sqlite3.Cursor:
            cursor = super().execute(*args)
            if failures:
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = failures.pop()
                raise error
            return cursor

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, **kwargs, factory=Connection))
    tag = sqlite.put(KEY, b"first")
    failures.append(sqlite3.SQLITE_IOERR_FSYNC)
    with pytest.raises(OutcomeUnknown):
        sqlite.put(KEY, b"second", tag)
    stored = sqlite.get(KEY)
    assert isinstance(stored, Stored)
    assert stored.body == b"second"


def test_equal_bodies_have_different_tags(sqlite: Blocking[SQLiteStore]) -> None:
    """More than `Store` promises: no ABA here, even without a nonce."""
    assert len({sqlite.put(KEY, b"same") for _ in range(10)}) == 10


@pytest.mark.parametrize(("durability", "synchronous"), [("process", 1), ("power", 2)])
def test_durability_sets_when_the_log_is_synced(
    tmp_path: Path, durability: Durability, synchronous: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections: list[sqlite3.Connection] = []
    original = sqlite3.connect

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connections.append(original(*args, **kwargs))
        return connections[-1]

    monkeypatch.setattr(sqlite3, "connect", connect)
    store = Blocking(SQLiteStore(tmp_path / "snapshots.db", durability))
    store.put(KEY, b"")
    (connection,) = connections
    assert connection.execute("PRAGMA synchronous").fetchone() == (synchronous,)
    store.close()


def test_the_file_has_a_log_and_can_shrink(sqlite: Blocking[SQLiteStore]) -> None:
    sqlite.put(KEY, b"")
    connection = sqlite3.connect(sqlite.store.path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    connection.close()


def test_compaction_gives_the_room_of_deleted_objects_back(sqlite: Blocking[SQLiteStore]) -> None:
    for n in range(100):
        sqlite.put(f"state/me/{n}", bytes(40_000))
    for n in range(100):
        sqlite.delete(f"state/me/{n}")
    left = [sqlite.store.compact()]
    while left[-1]:
        left.append(sqlite.store.compact())
    assert left == [*range(left[0], 0, -64), 0]
    sqlite.close()
    assert sqlite.store.path.stat().st_size < 100_000


async def _first(entries: AsyncIterator[Entry]) -> Entry:
    return await anext(entries)


def test_a_list_in_progress_holds_no_transaction(sqlite: Blocking[SQLiteStore]) -> None:
    for n in range(10):
        sqlite.put(f"state/me/{n}", b"")
    entries = sqlite.store.list("state/")
    result(_first(entries))
    other = sqlite3.connect(sqlite.store.path, timeout=0)
    busy, *_ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    other.close()
    assert not busy


def test_a_lock_that_is_never_released_is_reported_soon(
    sqlite: Blocking[SQLiteStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", 0.05)
    sqlite.put(KEY, b"body")
    other = sqlite3.connect(sqlite.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="GYM_HTTP_STORE cannot be used: database is locked"):
        sqlite.put(KEY, b"other")
    assert isinstance(sqlite.get(KEY), Stored)
    other.execute("ROLLBACK")
    other.close()
    sqlite.put(KEY, b"other")


def test_a_write_waits_for_the_lock(sqlite: Blocking[SQLiteStore], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE_S", 60.0)
    sqlite.put(KEY, b"body")
    other = sqlite3.connect(sqlite.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    pauses = []

    def sleep(pause_s: float) -> None:
        pauses.append(pause_s)
        if len(pauses) == 3:
            other.execute("ROLLBACK")

    monkeypatch.setattr(time, "sleep", sleep)
    tag = sqlite.put(KEY, b"other")
    other.close()
    assert sqlite.get(KEY) == Stored(b"other", tag)
    assert len(pauses) == 3


def test_close_closes_the_connections_of_all_threads(sqlite: Blocking[SQLiteStore]) -> None:
    """SQLite removes its log when the last connection is closed."""
    threads = [threading.Thread(target=sqlite.put, args=(f"state/{n}", b"")) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = sqlite.store.path.with_name("snapshots.db-wal")
    assert log.exists()
    sqlite.close()
    assert not log.exists()


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="counts open files as POSIX systems list them")
def test_threads_that_ended_leave_no_connection(sqlite: Blocking[SQLiteStore]) -> None:
    def put() -> None:
        thread = threading.Thread(target=sqlite.put, args=(KEY, b""))
        thread.start()
        thread.join()

    put()
    before = len(os.listdir("/dev/fd"))
    for _ in range(20):
        put()
    assert len(os.listdir("/dev/fd")) < before + 10


def test_a_relative_path_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = Blocking(SQLiteStore("new/snapshots.db"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    store.put(KEY, b"")
    assert store.store.path == tmp_path / "new" / "snapshots.db"
    assert store.store.path.exists()
    store.close()


def _a_text(path: Path) -> Path:
    path.write_text("This is no database, and long enough not to be taken for an empty one. " * 20)
    return path


def _a_directory(path: Path) -> Path:
    path.mkdir()
    return path


def _below_a_file(path: Path) -> Path:
    path.write_text("")
    return path / "snapshots.db"


def _another_table(path: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE objects (name TEXT)")
    connection.close()
    return path


@pytest.mark.parametrize("make", [_a_text, _a_directory, _below_a_file, _another_table])
def test_a_path_that_cannot_be_the_store_is_named_in_the_error(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = make(tmp_path / "path")
    store = Blocking(SQLiteStore(path))
    for call in (
        lambda: store.get(KEY),
        lambda: store.put(KEY, b"", ABSENT),
        lambda: store.delete(KEY),
        lambda: store.list(""),
    ):
        with pytest.raises(StoreUnavailable, match="GYM_HTTP_STORE") as raised:
            call()
        assert str(path) in raised.value.detail
        assert "\n" not in raised.value.detail
    store.close()


def test_a_directory_that_nobody_may_write_to_is_named_in_the_error() -> None:
    """Not by permissions: the superuser, as whom containers run, has them all; but nobody makes files in /proc."""
    store = Blocking(SQLiteStore("/proc/snapshots/snapshots.db"))
    with pytest.raises(StoreUnavailable, match="GYM_HTTP_STORE"):
        store.put(KEY, b"")


def test_a_closed_store_is_unavailable(sqlite: Blocking[SQLiteStore]) -> None:
    sqlite.put(KEY, b"")
    sqlite.close()
    with pytest.raises(StoreUnavailable):
        sqlite.get(KEY)


def test_others_get_their_turn_within_a_long_listing(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "snapshots.db")
    assert result(turns_in_a_listing(store))
    result(store.close())
