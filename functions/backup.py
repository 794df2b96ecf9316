"""`python -m functions.backup FOLDER`: copy the SQLite store of a running server, together with its key."""

import argparse
import sys
from pathlib import Path

from shared import settings
from shared.errors import Misconfigured, StoreUnavailable
from shared.storage.address import StoreAddress
from shared.storage.backup import backup
from shared.storage.open import open_store
from shared.storage.sqlite import SQLiteStore


def main() -> None:
    """Copy the store that GYM_HTTP_STORE names, with its signing key, while servers use it."""
    parser = argparse.ArgumentParser(prog="python -m functions.backup", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="where the copies go; it is made if it is missing")
    folder = parser.parse_args().folder
    try:
        chosen = settings.read()
        store = open_store(StoreAddress.parse(chosen.store), chosen.durability)
        if not isinstance(store, SQLiteStore):
            raise Misconfigured("GYM_HTTP_STORE is no SQLite file; a bucket is backed up by its own versioning.")
        copies = backup(store, folder)
    except (Misconfigured, StoreUnavailable) as error:
        sys.exit(error.detail)
    print("\n".join(map(str, copies)))
    if chosen.signing_keys:
        print("The snapshots are signed with GYM_HTTP_SIGNING_KEYS; keep those too.")


if __name__ == "__main__":
    main()
