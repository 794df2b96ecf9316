"""A database that leaves its place is noticed, and room is set aside for the day on which the disk is full."""

import os
from pathlib import Path

import pytest

from shared.errors import StoreUnavailable
from shared.storage.sqlite_file import DatabaseFile


@pytest.fixture
def file(tmp_path: Path) -> DatabaseFile:
    (tmp_path / "s.db").write_bytes(bytes(10_000))
    return DatabaseFile(tmp_path / "s.db", reserve_bytes=10_000)


def test_before_it_is_opened_anything_may_stand_there(tmp_path: Path) -> None:
    DatabaseFile(tmp_path / "s.db").check()


def test_a_file_that_is_removed_is_told_of_until_it_is_moved_back(file: DatabaseFile) -> None:
    file.note()
    file.path.rename(file.path.with_name("elsewhere"))
    with pytest.raises(StoreUnavailable, match="was removed while the server used it"):
        file.check()
    file.path.with_name("elsewhere").rename(file.path)
    file.check()


def test_a_file_that_is_replaced_is_told_of_and_not_taken_for_the_first(file: DatabaseFile) -> None:
    file.note()
    file.path.rename(file.path.with_name("elsewhere"))
    file.path.write_bytes(b"another")
    for ask in (file.check, file.note):
        with pytest.raises(StoreUnavailable, match="was replaced while the server used it"):
            ask()


def test_it_is_looked_at_at_most_fifty_times_a_second_unless_it_was_away(
    file: DatabaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    file.note()
    file.path.rename(file.path.with_name("elsewhere"))
    assert now[0] < file.check_due < now[0] + 0.03
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            file.check()
        assert file.check_due < now[0]


def test_the_reserve_takes_room_and_gives_it_back_once(file: DatabaseFile) -> None:
    file.keep_reserve()
    assert os.stat(file.reserve).st_size == 10_000
    for _ in range(2):
        file.give_reserve()
        assert not file.reserve.exists()


def test_a_database_smaller_than_the_reserve_has_none(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(bytes(9_999))
    small = DatabaseFile(tmp_path / "s.db", reserve_bytes=10_000)
    small.keep_reserve()
    assert not small.reserve.exists()


def test_where_no_file_can_be_made_there_is_no_reserve(
    file: DatabaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    file.keep_reserve()
    assert not file.reserve.exists()


def test_where_there_is_no_room_there_is_no_reserve(file: DatabaseFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, start: int, size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    file.keep_reserve()
    assert not file.reserve.exists()
