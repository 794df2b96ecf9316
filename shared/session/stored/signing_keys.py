"""The keys that sign snapshots: set, or made once beside the store that they belong to."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from shared.errors import Misconfigured, StoreUnavailable
from shared.settings import Settings

_SQLITE = "sqlite:///"
_SHORTEST = 16


def signing_keys(settings: Settings) -> Sequence[bytes]:
    """The keys, newest first: a snapshot is signed with the first and accepted with any.

    Raises:
        Misconfigured: none is set where none can be made, or one is too short.
        StoreUnavailable: the key file beside the SQLite store cannot be read or written.
    """
    if settings.signing_keys:
        if min(map(len, settings.signing_keys)) < _SHORTEST:
            raise Misconfigured(f"GYM_HTTP_SIGNING_KEYS has a key of fewer than {_SHORTEST} characters; use 32.")
        return [key.encode() for key in settings.signing_keys]
    if settings.store.startswith(_SQLITE):
        database = Path(settings.store.removeprefix(_SQLITE))
        return [_kept_beside(database)]
    if settings.store == "memory:":
        return [secrets.token_bytes(32)]
    raise Misconfigured("GYM_HTTP_SIGNING_KEYS is not set; a shared store needs it: 32 random characters.")


def _kept_beside(database: Path) -> bytes:
    path = database.with_name(database.name + ".key")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_once(path)
        return path.read_bytes()
    except OSError as error:
        raise StoreUnavailable(
            f"The signing key {path} beside the store cannot be used: {error.strerror}; see GYM_HTTP_STORE."
        ) from error


def _make_once(path: Path) -> None:
    """Write a new key so that of two first starts both use one: linking fails where the file exists."""
    with NamedTemporaryFile(dir=path.parent, prefix=path.name) as draft:  # made with mode 0600
        draft.write(secrets.token_hex(32).encode())
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return
