"""A full disk is told as what it is, and what is stored can be deleted all the same."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.errors import StoreUnavailable
from shared.storage.protocol import Stored
from shared.storage.sqlite import SQLiteStore
from tests.blocking import Blocking, result

PAGES = 400


@pytest.fixture
def bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Blocking[SQLiteStore]]:
    """A store whose file cannot grow beyond some pages."""
    connect = sqlite3.connect

    def of_few_pages(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **kwargs)
        connection.execute(f"PRAGMA max_page_count = {PAGES}")
        return connection

    monkeypatch.setattr(sqlite3, "connect", of_few_pages)
    store = Blocking(SQLiteStore(tmp_path / "s.db"))
    yield store
    store.close()


@pytest.fixture(params=[24])
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A disk of some MiB of this test's own."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={request.param}m", "tmpfs", tmp_path],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("Only root may mount a disk.")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


def filled(store: Blocking[SQLiteStore], size: int, probing: bool = True) -> int:
    """How many objects of the size fit."""
    written: list[int] = []

    def write() -> None:
        while True:
            store.put(f"state/ann/{len(written)}", os.urandom(size))
            written.append(size)
            if probing and len(written) % 50 == 0:
                result(store.store.probe())  # as whoever asks for the health does, now and then

    with pytest.raises(StoreUnavailable, match="is full; close environments"):
        write()
    return len(written)


def test_a_full_file_is_told_by_the_probe_and_deleting_makes_room(bounded: Blocking[SQLiteStore]) -> None:
    result(bounded.store.probe())
    count = filled(bounded, 3000)
    with pytest.raises(StoreUnavailable, match="is full"):
        result(bounded.store.probe())
    found = bounded.get("state/ann/0")
    assert isinstance(found, Stored)
    bounded.put("closed/ann/0", b"a tombstone")
    bounded.delete("state/ann/0", found.tag)
    for number in range(1, count):
        bounded.delete(f"state/ann/{number}")
    result(bounded.store.probe())


def test_the_probe_leaves_nothing(bounded: Blocking[SQLiteStore]) -> None:
    result(bounded.store.probe())
    assert [*bounded.list("")] == []


@pytest.mark.parametrize("size", [1300, 30_000])
def test_on_a_full_disk_everything_can_be_closed_and_the_room_comes_back(disk: Path, size: int) -> None:
    store = Blocking(SQLiteStore(disk / "s.db"))
    count = filled(store, size)
    assert count * size > 4_000_000
    for number in range(count):
        store.put(f"closed/ann/{number}", bytes(100))
        store.delete(f"state/ann/{number}")
    for number in range(count):
        store.delete(f"closed/ann/{number}")
    while store.store.compact():
        pass
    result(store.store.probe())
    store.put("state/ann/again", os.urandom(100_000))
    store.close()
    assert os.stat(disk / "s.db").st_size < 1_000_000


def test_on_a_full_disk_without_a_reserve_it_is_told_what_frees_room(disk: Path) -> None:
    store = Blocking(SQLiteStore(disk / "s.db", reserve_bytes=0))
    count = filled(store, 30_000)

    def delete_all() -> None:
        for number in range(count):
            store.delete(f"state/ann/{number}")

    with pytest.raises(StoreUnavailable, match="or free room on the disk"):
        delete_all()
    store.close()


@pytest.mark.parametrize("disk", [6, 24], indirect=True)
@pytest.mark.parametrize("size", [3000, 30_000, 300_000])
def test_a_small_disk_has_room_for_deletions_again_and_again(disk: Path, size: int) -> None:
    """Though nobody asks for the health, and no sweep comes in between."""
    store = Blocking(SQLiteStore(disk / "s.db"))
    for _ in range(3):
        store.store._file.check_due = 0.0
        count = filled(store, size, probing=False)
        assert count > 3
        for number in range(count):
            store.put(f"closed/ann/{number}", bytes(100))
            store.delete(f"state/ann/{number}")
            store.delete(f"closed/ann/{number}")
    store.close()
