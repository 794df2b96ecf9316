"""The same work for many instances, some of them at a time, so that others' calls have their turn in between."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 32
"""A near store does as much in one turn of the event loop: 2 to 3 ms of forks."""


async def for_each(work: Callable[[T], Awaitable[R]], items: Sequence[T]) -> list[R | Exception]:
    """What the work came to for each item, in their order: its result, or its exception."""
    done: dict[int, R | Exception] = {}
    left = iter(enumerate(items))

    async def take_turns() -> None:
        for number, item in left:
            try:
                done[number] = await work(item)
            except Exception as error:
                done[number] = error
            await asyncio.sleep(0)

    await asyncio.gather(*(take_turns() for _ in range(min(AT_ONCE, len(items)))))
    return [done[number] for number in range(len(items))]
