"""Files that a constructor leaves in the temporary folder under another name each time it is called.

gymnasium-robotics writes a maze that it has put together to `/tmp/ant_maze<time>.xml`, has MuJoCo read it and
leaves it there. A server makes environments for as long as it runs, and a Lambda function has 512 MB there. So
what a constructor has left is removed when nothing refers to its environment any more.

What the first environment of a kind leaves stays, since it may be for all: a package may unpack its models when it
is first used. A later one that leaves a new file though those of the first are still there does so each time.
Files are found by Python's audit events, so those that a library writes by itself are not.
"""

import logging
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from weakref import finalize

_WRITING = os.O_WRONLY | os.O_RDWR
_MOST_PATHS = 1024
"""That are noted of one constructor."""

_log = logging.getLogger(__name__)


class _Noting(threading.local):
    """What this thread notes now."""

    paths: list[Path] | None = None
    folder = Path()


_noting = _Noting()
_of_first: dict[str, list[Path]] = {}
"""By kind, what the first environment that left something has left."""
_lock = threading.Lock()


@contextmanager
def noted() -> Iterator[list[Path]]:
    """Note the files and folders that this thread makes in the temporary folder within this context."""
    before = _noting.paths, _noting.folder
    _noting.folder = Path(os.path.abspath(tempfile.gettempdir()))  # opens a file itself when it is asked first
    _noting.paths = []
    _listen()
    try:
        yield _noting.paths
    finally:
        _noting.paths, _noting.folder = before


def remove_with(owner: object, kind: str, made: list[Path]) -> None:
    """Remove what the making of an object has left when the object is gone, or the process ends.

    Not if it is the first of its kind, or the first since something of that was gone.
    """
    left = _left_each_time(kind, made)
    if left:
        finalize(owner, _remove, os.getpid(), left)


def remove(kind: str, made: list[Path]) -> None:
    """Remove at once what a making has left that failed, as `remove_with` does."""
    _remove(os.getpid(), _left_each_time(kind, made))


def _left_each_time(kind: str, made: list[Path]) -> list[Path]:
    """Those of the paths that are still there; none if they are the kind's first."""
    left = [path for path in made if os.path.lexists(path)]
    if not left:
        return []
    with _lock:
        first = _of_first.setdefault(kind, left)
        if first is left or not set(first).isdisjoint(left) or not all(map(os.path.lexists, first)):
            _of_first[kind] = left
            return []
    return left


def _remove(process: int, paths: list[Path]) -> None:
    if os.getpid() != process:  # a fork, whose objects are copies
        return
    for path in paths:
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError:  # of another user by now, or with a file that is in use
            _log.warning("what an environment has left could not be removed: %s", path, exc_info=True)


@cache
def _listen() -> None:
    """Have Python tell of files that are opened. There is no way back, so only where it is needed."""
    sys.addaudithook(_heard)


def _heard(event: str, told: tuple[Any, ...]) -> None:
    paths = _noting.paths
    if paths is None or event not in ("open", "os.mkdir") or len(paths) >= _MOST_PATHS:
        return
    name, mode, flags = told
    if not isinstance(name, str | bytes | os.PathLike) or (event == "open" and not _writes(mode, flags)):
        return
    path = Path(os.path.abspath(os.fsdecode(name)))
    if _noting.folder in path.parents and not os.path.lexists(path):
        paths.append(path)


def _writes(mode: str | None, flags: int) -> bool:
    return bool(flags & _WRITING) if mode is None else any(letter in mode for letter in "wax+")
