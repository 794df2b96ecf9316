"""A store in a directory, one file per object: `GYM_HTTP_STORE=directory:///absolute/path`.

The object `a/b` is the file `da/ob`: the first letter tells directories and objects apart, so that `a` and `a/b`
can both be objects. A file is the tag, then the body.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.errors import Misconfigured, OutcomeUnknown, StoreUnavailable
from shared.storage.address import StoreAddress
from shared.storage.capabilities import Capabilities
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Conflict, Durability, Entry, Stored, Tag, Unchanged

_TAG_LENGTH = 24


class DirectoryStore:
    """Objects in files under `path`. A write replaces its file while it holds the directory's one lock."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self.capabilities = Capabilities(
            remote=True,  # it may be on a network file system
            shared=True,
            max_object_bytes=2**31,
            key_file=self._path / "signing.key",
        )

    @classmethod
    def from_address(cls, address: StoreAddress, durability: Durability) -> "DirectoryStore":
        """The store at `directory:///absolute/path`.

        Raises:
            Misconfigured: the path is missing or relative, or writes are to survive a power failure.
        """
        if not address.location.startswith("///"):
            raise address.malformed("directory:///ABSOLUTE/PATH")
        if durability == "power":
            raise Misconfigured("GYM_HTTP_DURABILITY is power; a directory: store has process alone.")
        return cls(Path(address.location.removeprefix("//")))

    async def get(self, key: str, unless: Tag | None = None) -> Stored | Unchanged | None:
        """See `Store.get`."""
        return await asyncio.to_thread(self._get, key, unless)

    async def put(self, key: str, body: bytes, expect: Tag | Absent | None = None) -> Tag:
        """See `Store.put`."""
        return await asyncio.to_thread(self._put, key, body, expect)

    async def delete(self, key: str, expect: Tag | None = None) -> None:
        """See `Store.delete`."""
        await asyncio.to_thread(self._delete, key, expect)

    async def list(self, prefix: str, after: str = "") -> AsyncIterator[Entry]:
        """See `Store.list`; the directories are read one after another, `a` before `a-b`."""
        for entry in await asyncio.to_thread(self._entries, prefix):
            if not after or _order(entry.key) > _order(after):
                yield entry

    async def close(self) -> None:
        """See `Store.close`; no file is open between calls."""

    def _get(self, key: str, unless: Tag | None) -> Stored | Unchanged | None:
        try:
            stored = _read(self._file(key))
        except OSError as error:
            raise self._unavailable(error) from error
        return UNCHANGED if stored is not None and stored.tag == unless else stored

    def _put(self, key: str, body: bytes, expect: Tag | Absent | None) -> Tag:
        tag = Tag(os.urandom(_TAG_LENGTH // 2).hex())
        with self._locked(), self._changing(key, expect) as file:
            file.parent.mkdir(parents=True, exist_ok=True)
            new = self._path / "new"
            new.write_bytes(tag.encode() + body)
            new.replace(file)
        return tag

    def _delete(self, key: str, expect: Tag | None) -> None:
        with self._locked(), self._changing(key, expect) as file:
            file.unlink(missing_ok=True)
            if file.parent.exists() and not any(file.parent.iterdir()):
                os.removedirs(file.parent)  # up to the first that is not empty: the store's own has the lock

    def _entries(self, prefix: str) -> "list[Entry]":
        folder = self._path.joinpath(*(f"d{segment}" for segment in prefix.split("/")[:-1]))
        try:
            return list(_entries(folder, prefix))
        except OSError as error:
            raise self._unavailable(error) from error

    def _file(self, key: str) -> Path:
        *folders, name = key.split("/")
        return self._path.joinpath(*(f"d{folder}" for folder in folders), f"o{name}")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """The only writer among all threads and processes: each opens the lock file for itself."""
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            lock = (self._path / "lock").open("w")
        except OSError as error:
            raise self._unavailable(error) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _changing(self, key: str, expect: Tag | Absent | None) -> Iterator[Path]:
        """The object's file, if the object is as expected."""
        file = self._file(key)
        try:
            if expect is not None:
                stored = _read(file)
                if (ABSENT if stored is None else stored.tag) != expect:
                    raise Conflict(key)
            yield file
        except OSError as error:
            if expect is not None:
                raise OutcomeUnknown(
                    f"A write to {self._path} failed ({error.strerror}); it may be done: read the object back."
                ) from error
            raise self._unavailable(error) from error

    def _unavailable(self, error: OSError) -> StoreUnavailable:
        return StoreUnavailable(
            f"The directory {self._path} named by GYM_HTTP_STORE cannot be used: {error.strerror}; "
            "check its permissions and its disk."
        )


def _read(file: Path) -> Stored | None:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    return Stored(content[_TAG_LENGTH:], Tag(content[:_TAG_LENGTH].decode()))


def _entries(folder: Path, prefix: str) -> Iterator[Entry]:
    for name in sorted(_names(folder), key=os.fsencode):
        if name.startswith("d"):
            yield from _entries(folder / name, f"{prefix}{name[1:]}/")
        elif name.startswith("o"):
            try:
                found = (folder / name).stat()
            except FileNotFoundError:  # deleted since the directory was read
                continue
            yield Entry(prefix + name[1:], found.st_mtime, found.st_size - _TAG_LENGTH)


def _order(key: str) -> list[bytes]:
    *folders, name = key.split("/")
    return [*(b"d" + os.fsencode(folder) for folder in folders), b"o" + os.fsencode(name)]


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
