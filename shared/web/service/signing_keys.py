"""The keys that sign snapshots: those that are set, or one that is made once and kept beside the store."""

import os
import secrets
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from shared.errors import Misconfigured, StoreUnavailable
from shared.storage.capabilities import Capabilities

_SHORTEST = 16


def signing_keys(
    given: Sequence[str], store: Capabilities, has_snapshots: Callable[[], bool] = lambda: False
) -> Sequence[bytes]:
    """The keys, newest first: a snapshot is signed with the first and accepted with any.

    `given` is the setting. Without it, a store with a key file has one key there, and a store that no other
    process sees gets a new key. `has_snapshots` is asked only where the key file is missing.

    Raises:
        Misconfigured: none is set for a store that needs it, one is too short, or the key file was lost, emptied,
            or is open to everyone on this host.
        StoreUnavailable: the store's key file cannot be read or written.
    """
    if given:
        if min(map(len, given)) < _SHORTEST:
            raise Misconfigured(f"GYM_HTTP_SIGNING_KEYS has a key of fewer than {_SHORTEST} characters; use 32.")
        return [key.encode() for key in given]
    if store.key_file is not None:
        return [_kept_in(store.key_file, has_snapshots)]
    if not store.shared:
        return [secrets.token_bytes(32)]
    raise Misconfigured("GYM_HTTP_SIGNING_KEYS is not set; a shared store needs it: 32 random characters.")


def hand_over(key: bytes, store: Capabilities) -> None:
    """Put the key of another store's file beside this store, whose snapshots it is to read.

    Raises:
        Misconfigured: this store has another key there, or no place for one.
        StoreUnavailable: its key file cannot be read or written.
    """
    path = store.key_file
    if path is None:
        raise Misconfigured(
            "GYM_HTTP_SIGNING_KEYS is not set, and the other store has no place for a key: set it to what stands "
            "in the key file beside the first store, here and for the servers over the other one."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path, key)
        if not secrets.compare_digest(_checked(path), key):
            raise Misconfigured(
                f"{path} has another key than signed these snapshots; choose a store without one, or set "
                "GYM_HTTP_SIGNING_KEYS to both keys, here and for the servers over the other store."
            )
    except OSError as error:
        raise StoreUnavailable(f"The signing key {path} cannot be written: {error.strerror}.") from error


def _kept_in(path: Path, has_snapshots: Callable[[], bool]) -> bytes:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Asked again afterwards: a server that starts at the same moment may have made the key and used it.
            if has_snapshots() and not path.exists():
                raise Misconfigured(
                    f"The signing key {path} is missing, and the store has snapshots that were signed with it; "
                    "put it back from a backup, or move the store away to begin anew."
                )
            _make_once(path)
        return _checked(path)
    except OSError as error:
        raise StoreUnavailable(
            f"The signing key {path} beside the store cannot be used: {error.strerror}; see GYM_HTTP_STORE."
        ) from error


def _checked(path: Path) -> bytes:
    """The key in the file, where nobody but its owner and group can have read or replaced it.

    The group may: Kubernetes gives every file of a volume with `fsGroup` to a group that the pod is in.
    """
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        key = file.read()
    if mode & stat.S_IRWXO:
        raise Misconfigured(
            f"The signing key {path} is open to every user of this host (mode {stat.S_IMODE(mode):04o}); make it "
            "mode 0600, or set GYM_HTTP_SIGNING_KEYS, with a new key if others may have read this one."
        )
    if len(key) < _SHORTEST:
        raise Misconfigured(
            f"The signing key {path} has {len(key)} bytes, and {_SHORTEST} is the least; put it back from a "
            "backup, or remove it and move the store away to begin anew."
        )
    return key


def _make_once(path: Path) -> None:
    _write_once(path, secrets.token_hex(32).encode())


def _write_once(path: Path, key: bytes) -> None:
    """Write the key, unless another process does first: a link to a name that exists fails."""
    with NamedTemporaryFile(dir=path.parent, prefix=path.name) as draft:  # made with mode 0600
        draft.write(key)
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return
