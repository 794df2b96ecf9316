"""The keys that sign snapshots: those that are set, or one that is made once and kept beside the store."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from shared.errors import Misconfigured, StoreUnavailable
from shared.storage.capabilities import Capabilities

_SHORTEST = 16


def signing_keys(given: Sequence[str], store: Capabilities) -> Sequence[bytes]:
    """The keys, newest first: a snapshot is signed with the first and accepted with any.

    `given` is the setting. Without it, a store with a key file has one key there, and a store that no other
    process sees gets a new key.

    Raises:
        Misconfigured: none is set for a store that needs it, or one is too short.
        StoreUnavailable: the store's key file cannot be read or written.
    """
    if given:
        if min(map(len, given)) < _SHORTEST:
            raise Misconfigured(f"GYM_HTTP_SIGNING_KEYS has a key of fewer than {_SHORTEST} characters; use 32.")
        return [key.encode() for key in given]
    if store.key_file is not None:
        return [_kept_in(store.key_file)]
    if not store.shared:
        return [secrets.token_bytes(32)]
    raise Misconfigured("GYM_HTTP_SIGNING_KEYS is not set; a shared store needs it: 32 random characters.")


def _kept_in(path: Path) -> bytes:
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
    """Write a new key, unless another process does first: a link to a name that exists fails."""
    with NamedTemporaryFile(dir=path.parent, prefix=path.name) as draft:  # made with mode 0600
        draft.write(secrets.token_hex(32).encode())
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, path)
        except FileExistsError:
            return
