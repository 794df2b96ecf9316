"""Work on many objects for one request, so that it does not hold up the requests of others."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from shared.storage.protocol import Store

T = TypeVar("T")
R = TypeVar("R")

FAR_AT_ONCE = 16
"""Items under way at a time on a remote store."""


async def in_parts(objects: Store, function: Callable[[T], Awaitable[R]], items: Iterable[T]) -> list[R]:
    """What the function gives for each item, in order.

    On a store that answers on the event loop itself the items are taken one by one, and other tasks have a turn
    after each. After a failure no other item is begun; those under way are waited for, and the failure is raised.
    """
    waiting = enumerate(items)
    results: dict[int, R] = {}
    failures: list[Exception] = []

    async def work() -> None:
        for number, item in waiting:
            try:
                results[number] = await function(item)
            except Exception as error:  # raised below, once nothing is under way
                failures.append(error)
            if failures:
                return
            await asyncio.sleep(0)

    await asyncio.gather(*(work() for _ in range(FAR_AT_ONCE if objects.capabilities.remote else 1)))
    if failures:
        raise failures[0]
    return [results[number] for number in range(len(results))]
