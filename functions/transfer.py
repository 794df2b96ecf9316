"""`python -m functions.transfer FROM_STORE TO_STORE [ID...]`: instances from one store to another."""

import argparse
import asyncio
import sys

from shared import settings
from shared.errors import InstanceNotFound, Misconfigured, StoreFailed, StoreUnavailable
from shared.session.inventory.transfer import Transfer, Transferred
from shared.settings import Settings
from shared.storage.address import StoreAddress
from shared.storage.open import open_store
from shared.storage.protocol import Store
from shared.storage.queued import ways
from shared.storage.sqlite import SQLiteStore
from shared.web.service.signing_keys import hand_over, signing_keys


def main() -> None:
    """Copy instances with their checkpoints and all that belongs to them, verified, byte for byte.

    FROM_STORE stays as it is. Set GYM_HTTP_SIGNING_KEYS as the servers have it. What TO_STORE has already is
    compared and not written again, so that a transfer which was ended goes on when it is made again.
    """
    parser = argparse.ArgumentParser(prog="python -m functions.transfer", description=main.__doc__)
    parser.add_argument("source", metavar="FROM_STORE", help="an address as GYM_HTTP_STORE has it")
    parser.add_argument("target", metavar="TO_STORE")
    parser.add_argument("ids", metavar="ID", nargs="*", help="the instances; all, if none is named")
    given = parser.parse_args()
    try:
        done = asyncio.run(transferred(given.source, given.target, given.ids, settings.read()))
    except InstanceNotFound:
        sys.exit("FROM_STORE has no instance of one of these ids; nothing was transferred.")
    except (Misconfigured, StoreFailed) as error:
        sys.exit(error.detail)
    print(
        f"{done.instances} instances are in TO_STORE: {done.objects} objects of {done.size} bytes, of which "
        f"{done.there} were there already."
    )
    if done.refused:
        sys.exit("\n".join(["These were left out:", *done.refused]))


async def transferred(source: str, target: str, ids: list[str], chosen: Settings) -> Transferred:
    """Transfer between the stores at two addresses; what became of it.

    Raises:
        Misconfigured: an address or a signing key cannot be used.
        InstanceNotFound, StoreFailed: as `Transfer.copy`.
    """
    here, there = _opened(source, chosen), _opened(target, chosen)
    try:
        _check_exists(here)
        keys = signing_keys(chosen.signing_keys, here.capabilities)
        if not chosen.signing_keys:
            hand_over(keys[0], there.capabilities)
        return await Transfer(
            ways(here, chosen.store_calls).bulk, ways(there, chosen.store_calls).bulk, keys
        ).copy(ids)
    finally:
        await here.close()
        await there.close()


def _opened(address: str, chosen: Settings) -> Store:
    return open_store(StoreAddress.parse(address), chosen.durability)


def _check_exists(store: Store) -> None:
    """Raise StoreUnavailable for a file that is missing, which opening it would make."""
    if isinstance(store, SQLiteStore) and not store.path.exists():
        raise StoreUnavailable(f"There is no store {store.path}; FROM_STORE names the file of a server.")


if __name__ == "__main__":
    main()
