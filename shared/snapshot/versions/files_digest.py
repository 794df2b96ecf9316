"""What a package in pure Python is made of, as one digest: two releases with the same files are equal.

Source: PyPA, "Recording installed projects", whose RECORD has the digest of every file of a distribution.
"""

import csv
import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution

_COMPILED = (".so", ".pyd", ".dylib", ".dll")


@cache
def files_digest(name: str) -> str | None:
    """The digest of a distribution's files, 16 hexadecimal digits; None if its files do not say what it does.

    Those of a distribution with compiled parts differ by platform, and one that is installed editable lists none.
    Metadata is left out, as every release has its own, and so is what pip has made at the installation.
    """
    try:
        record = distribution(name).read_text("RECORD")
    except PackageNotFoundError:
        return None
    rows = list(csv.reader((record or "").splitlines()))
    if any(path.endswith(_COMPILED) for path, *_ in rows):
        return None
    files = sorted((path, digest) for path, digest, *_ in rows if _is_source(path, digest))
    if not any(path.endswith(".py") for path, _ in files):
        return None
    return hashlib.blake2b(repr(files).encode(), digest_size=8).hexdigest()


def _is_source(path: str, digest: str) -> bool:
    folder = path.partition("/")[0]
    return bool(digest) and not folder.endswith(".dist-info") and folder != ".." and not path.endswith(".pyc")
