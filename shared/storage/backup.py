"""A copy of the SQLite store of a running server, together with its key.

Copying the file alone misses what stands in its log only, and the key without which no snapshot can be read.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from shared.errors import StoreUnavailable
from shared.storage.sqlite import SQLiteStore


def backup(store: SQLiteStore, folder: Path) -> list[Path]:
    """Copy the store's file, and the key beside it if there is one, into the folder; the copies.

    The copy is the store at one moment. Its servers read and write meanwhile.

    Raises:
        StoreUnavailable: there is no such store, a copy stands there already, or it cannot be written.
    """
    key = store.capabilities.key_file
    copies = {store.path: folder / store.path.name}
    if key is not None and key.exists():
        copies[key] = folder / key.name
    for copy in copies.values():
        if copy.exists():
            raise StoreUnavailable(f"{copy} is there already; name another folder, since nothing is overwritten.")
    draft = folder / f"{store.path.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _copy(store.path, draft)
        if key in copies:
            shutil.copyfile(key, _private(copies[key]))
        # Last, so that a copy which stands under its name is whole and has its key.
        os.link(draft, copies[store.path])
    except (OSError, sqlite3.Error) as error:
        raise StoreUnavailable(f"The store {store.path} cannot be copied to {folder}: {error}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return list(copies.values())


def _copy(path: Path, draft: Path) -> None:
    with (
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(draft)) as target,
    ):
        # In one step, which holds one read transaction: in several, every write begins the copy anew.
        source.backup(target, pages=-1)
    with draft.open("rb") as written:
        os.fsync(written.fileno())


def _private(path: Path) -> Path:
    """An empty file that only its owner may read."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path
