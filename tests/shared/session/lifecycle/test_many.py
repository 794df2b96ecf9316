"""The same work for many: complete, in order, bounded, and never for long without a turn for others."""

import asyncio
from itertools import pairwise

from shared.session.lifecycle.many import AT_ONCE, for_each
from tests.shared.session.sessions import run


def test_results_and_exceptions_come_in_the_items_order() -> None:
    async def test() -> None:
        error = ValueError("odd")

        async def work(item: int) -> int:
            await asyncio.sleep(0.001 * (5 - item))
            if item % 2:
                raise error
            return 10 * item

        assert await for_each(work, range(5)) == [0, error, 20, error, 40]
        assert await for_each(work, []) == []

    run(test)


def test_only_some_are_under_way_at_once() -> None:
    async def test() -> None:
        under_way: set[int] = set()
        most = 0

        async def work(item: int) -> None:
            nonlocal most
            under_way.add(item)
            most = max(most, len(under_way))
            await asyncio.sleep(0)
            under_way.remove(item)

        await for_each(work, range(10 * AT_ONCE))
        assert most == AT_ONCE

    run(test)


def test_others_have_their_turn_though_the_work_waits_for_nothing() -> None:
    async def test() -> None:
        done = 0
        turns: list[int] = []

        async def work(_: int) -> None:
            nonlocal done
            done += 1

        async def other() -> None:
            while True:
                turns.append(done)
                await asyncio.sleep(0)

        task = asyncio.ensure_future(other())
        await for_each(work, range(10 * AT_ONCE))
        task.cancel()
        assert max(later - earlier for earlier, later in pairwise(turns)) <= AT_ONCE

    run(test)
