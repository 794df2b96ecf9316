"""The signing key of what runs on this machine over an S3-compatible server: a store that keeps none itself."""

import os
import re
import secrets
from pathlib import Path

from shared.errors import Misconfigured

_KEY = re.compile(r"[0-9a-f]{64}")


def kept_key(path: Path) -> str:
    """The key in the file, kept from run to run so that earlier snapshots stay readable; made where it is missing.

    Raises:
        Misconfigured: the file is empty or has something else than a key.
        OSError: it cannot be read or written.
    """
    if not path.exists():
        _write(path, secrets.token_hex(32))
    key = path.read_text(errors="replace")
    if not _KEY.fullmatch(key):
        raise Misconfigured(
            f"{path} is not a signing key, which has 64 hexadecimal digits; put it back from a backup, or remove "
            f"{path.parent} to begin anew."
        )
    return key


def _write(path: Path, key: str) -> None:
    """So that the file is there with the key or not at all, and is the owner's alone from its first byte on."""
    written = path.with_suffix(".new")
    written.unlink(missing_ok=True)
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(key)
    written.replace(path)
