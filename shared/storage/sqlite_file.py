"""The file of a SQLite database on its disk: whether it is still the one that was opened, and a reserve beside it.

SQLite notices neither. A file that was removed or replaced goes on being written to where nobody finds it again;
and on a full disk not even a row can be deleted, since the log has to grow for it.
"""

import os
import shutil
import time
from pathlib import Path

from shared.errors import StoreUnavailable

RESERVE_BYTES = 8_388_608
"""Twice the log at which SQLite begins to write it into the file (1,000 pages, "Write-Ahead Logging" in its
documentation): enough to do so, and to delete afterwards."""

_PAGE_BYTES, _LOG_PAGES = 4096, 1000

_SHARE = 8
"""A reserve takes at most such a part of the disk."""

CHECK_EVERY_S = 0.02


class DatabaseFile:
    """The file at `path`, from the moment it is opened."""

    def __init__(self, path: Path, reserve_bytes: int = RESERVE_BYTES) -> None:
        self.path = path
        self.reserve = path.with_name(path.name + "-reserve")
        """Holds nothing. Removed where the disk is full, so that what is stored can be deleted."""
        self._name = str(path)
        self._reserve_bytes = reserve_bytes
        self.check_due = 0.0
        """From when on, by the monotonic clock, a write is to `check` first: 50 times a second at the most.

        The system call takes half as long as a write on some machines. What is written in between is lost with all
        that was written before, when the file was removed.
        """
        self._opened: tuple[int, int] | None = None
        self.gave_reserve = False
        """Whether it was needed, and there is no whole one again."""
        self._is_tight = False
        """Whether the disk is so small that the reserve and the log are too, and are there from the beginning."""

    @property
    def log_pages(self) -> int:
        """At how many pages SQLite is to write the log into the file. A full disk has to have room for them."""
        return max(self._reserve_bytes // 2 // _PAGE_BYTES, 1) if self._is_tight else _LOG_PAGES

    def note(self) -> None:
        """Take what stands at the path for the database from now on, unless another was opened before.

        Raises:
            StoreUnavailable: another was.
        """
        found = os.stat(self._name)
        self._opened = self._opened or (found.st_dev, found.st_ino)
        share = shutil.disk_usage(self.path.parent).total // _SHARE
        if share < self._reserve_bytes:
            self._is_tight, self._reserve_bytes = True, share
        self.check()

    def check(self) -> None:
        """Check that the database that was opened still stands at the path.

        Raises:
            StoreUnavailable: it does not.
        """
        if self._opened is None:
            return
        self.check_due = time.monotonic() + CHECK_EVERY_S
        try:
            found = os.stat(self._name)
        except FileNotFoundError:
            what = "removed"
        else:
            if self._opened == (found.st_dev, found.st_ino):
                self.keep_reserve()
                return
            what = "replaced"
        self.check_due = 0.0
        raise StoreUnavailable(
            f"The SQLite file {self.path} named by GYM_HTTP_STORE was {what} while the server used it, and "
            "nothing more is written; move the file back, or start the server again with what is to be there."
        )

    def keep_reserve(self) -> None:
        """Set room aside once the database is as large as the reserve, on a small disk at once.

        Half of it will do, which the log needs. Do without where there is none, or no such call, as on macOS.
        """
        if not hasattr(os, "posix_fallocate"):
            return
        try:
            if self.reserve.exists() and not self.gave_reserve:
                return
            if os.stat(self._name).st_size < self._reserve_bytes and not self._is_tight:
                self.gave_reserve = False
                return
            descriptor = os.open(self.reserve, os.O_WRONLY | os.O_CREAT, 0o600)
        except OSError:  # no more files may be made here, or the database was removed, which `check` tells
            return
        try:
            if _took_room(descriptor, self._reserve_bytes):
                self.gave_reserve = False
            elif not _took_room(descriptor, self._reserve_bytes // 2):
                self.reserve.unlink(missing_ok=True)
        finally:
            os.close(descriptor)

    def give_reserve(self) -> None:
        """Give the reserve back to the disk, if there is one."""
        self.gave_reserve = True
        self.reserve.unlink(missing_ok=True)


def _took_room(descriptor: int, size: int) -> bool:
    """Whether the disk had so much room for the file."""
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError:
        os.ftruncate(descriptor, 0)
        return False
    return True
