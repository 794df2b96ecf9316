"""A running server's store is copied whole, with its key, and over nothing."""

import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from shared.errors import StoreUnavailable
from shared.settings import child_environment
from shared.storage.backup import backup
from shared.storage.sqlite import SQLiteStore
from tests.applications import Api
from tests.blocking import Blocking
from tests.servers import ROOT, uvicorn


def command(store: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shared.storage.backup", str(folder)],
        cwd=ROOT,
        env=child_environment(GYM_HTTP_STORE=store),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_copy_of_a_running_servers_store_goes_on_exactly(tmp_path: Path) -> None:
    """The file alone, copied at the same moment, is empty: everything is in the log yet."""
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/live/s.db") as server:
        api = Api(server)
        instance = api.create("CartPole-v1")
        api.post(f"{instance}/reset/", {"seed": 1})
        copied = command(f"sqlite:///{tmp_path}/live/s.db", tmp_path / "copy")
        assert (copied.returncode, copied.stdout.split()) == (
            0,
            [f"{tmp_path}/copy/s.db", f"{tmp_path}/copy/s.db.key"],
        )
        assert b"state/public" not in (tmp_path / "live" / "s.db").read_bytes()
        went_on = api.post(f"{instance}/step/", {"action": 1}).json
    with uvicorn(GYM_HTTP_STORE=f"sqlite:///{tmp_path}/copy/s.db") as server:
        assert Api(server).post(f"{instance}/step/", {"action": 1}).json == went_on
    assert stat.S_IMODE((tmp_path / "copy" / "s.db.key").stat().st_mode) == 0o600


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


def test_a_store_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    ended = command(f"sqlite:///{tmp_path}/missing.db", tmp_path / "copy")
    assert ended.returncode == 1
    assert f"The store {tmp_path}/missing.db cannot be copied" in ended.stderr
    assert not (tmp_path / "missing.db").exists()


def test_another_store_is_told_how_it_is_backed_up(tmp_path: Path) -> None:
    ended = command("memory:", tmp_path / "copy")
    assert (ended.returncode, "GYM_HTTP_STORE is no SQLite file" in ended.stderr) == (1, True)
