"""`python -m shared.storage.check URL`: whether a store keeps what is promised, before anything is served.

A store that ignores conditions loses calls without a sign: of 80 acknowledged steps, 42 were applied. So a server
probes its store before it serves. A Lambda function does not, since it would write at each start.
"""

import argparse
import asyncio
import secrets
import sys
import time

from shared import settings
from shared.errors import GymHTTPError, Misconfigured, OutcomeUnknown, StoreUnavailable
from shared.storage.address import StoreAddress
from shared.storage.open import open_store
from shared.storage.protocol import ABSENT, UNCHANGED, Absent, Conflict, Durability, Store, Stored, Tag

PREFIX = "probe/"
"""Prefix of the keys that a probe writes, and deletes again."""

SLOW_S = 0.5
"""A store whose calls take longer is told of: each step waits for one."""

_TRIES = 3
_PAUSE_S = 0.2

_ADVICE = (
    "calls would be lost without a sign; use a store with conditional writes, and no proxy that drops If-Match or "
    "If-None-Match"
)


async def check(address: StoreAddress, durability: Durability) -> float:
    """Probe the store at the address; the seconds that one of its calls took.

    Raises:
        Misconfigured: the address has no store, or the store does not keep what is promised.
        StoreFailed: it cannot be reached, read or written, or keeps failing.
    """
    store = open_store(address, durability)
    try:
        for tried in range(1, _TRIES + 1):
            began = time.perf_counter()
            try:
                calls = await probe(store)
            except (Conflict, OutcomeUnknown) as error:  # a lost reply, which a store may have now and then
                if tried == _TRIES:
                    raise _failing(error) from error
                await asyncio.sleep(_PAUSE_S)
            else:
                return (time.perf_counter() - began) / calls
        raise AssertionError("every try returns or raises")
    finally:
        await store.close()


async def probe(store: Store) -> int:
    """Write an object under conditions that hold and that do not, read it back and delete it; the calls made.

    Raises:
        Misconfigured: a condition is ignored, or a write is not seen.
        Conflict, OutcomeUnknown: a write whose condition holds was refused, or not confirmed.
        StoreFailed: the store cannot be reached, read or written.
    """
    key = PREFIX + secrets.token_hex(8)
    first, second = (secrets.token_bytes(16) for _ in range(2))
    stale = await store.put(key, first, ABSENT)
    try:
        await _check_refused(store, key, ABSENT, "it created an object that was there")
        tag = await store.put(key, second, stale)
        await _check_refused(store, key, stale, "it replaced an object that another write had replaced")
        await _check_read(store, key, Stored(second, tag))
        if store.capabilities.deletes_conditionally:
            await _check_kept(store, key, stale)
    finally:
        await store.delete(key)
    if await store.get(key) is not None:
        raise _unfit("an object that was deleted is still there")
    return 9


async def _check_refused(store: Store, key: str, expect: Tag | Absent, ignored: str) -> None:
    try:
        await store.put(key, b"a write that has to be refused", expect)
    except Conflict:
        return
    raise _unfit(ignored)


async def _check_kept(store: Store, key: str, stale: Tag) -> None:
    try:
        await store.delete(key, stale)
    except Conflict:
        return
    raise _unfit("it deleted an object that another write had replaced")


async def _check_read(store: Store, key: str, written: Stored) -> None:
    if await store.get(key) != written:
        raise _unfit("what was written is not what is read")
    if await store.get(key, written.tag) is not UNCHANGED:
        raise _unfit("it does not know the version that it named")
    if [entry.key async for entry in store.list(PREFIX) if entry.key == key] != [key]:
        raise _unfit("a list does not have what was written")


def _unfit(what: str) -> Misconfigured:
    return Misconfigured(f"The store named by GYM_HTTP_STORE does not keep its promises: {what}; {_ADVICE}.")


def _failing(error: Conflict | OutcomeUnknown) -> StoreUnavailable:
    told = f"a write whose condition holds was refused ({error})" if isinstance(error, Conflict) else error.detail
    return StoreUnavailable(f"The store named by GYM_HTTP_STORE failed {_TRIES} times: {told.rstrip('.')}.")


def main() -> None:
    """Check that the store at URL keeps what is promised: write, compare, read and delete an object."""
    parser = argparse.ArgumentParser(prog="python -m shared.storage.check", description=main.__doc__)
    parser.add_argument("url", nargs="?", help="the store's address; GYM_HTTP_STORE if it is left out")
    url = parser.parse_args().url
    try:
        address = StoreAddress.parse(settings.read().store if url is None else url)
        seconds = asyncio.run(check(address, "process"))
    except GymHTTPError as error:
        sys.exit(error.detail)
    print(f"The {address.scheme}: store keeps what is promised, in {1000 * seconds:.1f} ms a call.")
    if seconds > SLOW_S:
        print(slow(seconds))
    caution = open_store(address, "process").capabilities.caution
    if caution:
        print(caution)


def slow(seconds: float) -> str:
    """What to say of a store whose calls take so long."""
    return f"The store takes {seconds:.1f} s a call, and each step waits for one: serve nearer to it."


if __name__ == "__main__":
    main()
