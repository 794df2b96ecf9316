"""Long work on a store takes turns with everything else, and fails as a whole."""

import asyncio

import pytest

from shared.errors import StoreFailed
from shared.session.stored.in_parts import FAR_AT_ONCE, in_parts
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run


@pytest.mark.parametrize("remote", [False, True])
def test_results_come_in_the_order_of_the_items(remote: bool) -> None:
    async def test() -> None:
        objects = FaultyStore(remote=remote)

        async def double(number: int) -> int:
            await asyncio.sleep(0.001 * (number % 3))
            return 2 * number

        assert await in_parts(objects, double, range(40)) == [2 * number for number in range(40)]
        assert await in_parts(objects, double, []) == []

    run(test)


def test_others_have_a_turn_after_each_item_on_a_near_store() -> None:
    async def test() -> None:
        order: list[str] = []

        async def note(number: int) -> None:
            order.append(f"item {number}")

        async def other() -> None:
            for _ in range(3):
                order.append("other")
                await asyncio.sleep(0)

        beside = asyncio.ensure_future(other())
        await in_parts(FaultyStore(remote=False), note, range(3))
        await beside
        assert [each[:5] for each in order] in (["other", "item "] * 3, ["item ", "other"] * 3)

    run(test)


@pytest.mark.parametrize(("remote", "most"), [(False, 1), (True, FAR_AT_ONCE)])
def test_few_items_are_under_way_at_once(remote: bool, most: int) -> None:
    async def test() -> None:
        at_once = highest = 0

        async def note(_: int) -> None:
            nonlocal at_once, highest
            at_once += 1
            highest = max(highest, at_once)
            await asyncio.sleep(0.001)
            at_once -= 1

        await in_parts(FaultyStore(remote=remote), note, range(50))
        assert highest == most

    run(test)


def test_after_a_failure_nothing_else_is_begun_and_what_was_begun_is_waited_for() -> None:
    async def test() -> None:
        begun, ended = list[int](), list[int]()

        async def fail_at_three(number: int) -> None:
            begun.append(number)
            if number == 3:
                raise StoreFailed("no")
            await asyncio.sleep(0.01)
            ended.append(number)

        with pytest.raises(StoreFailed, match="no"):
            await in_parts(FaultyStore(), fail_at_three, range(100))
        assert begun == [*range(FAR_AT_ONCE)]
        assert sorted([*ended, 3]) == begun

    run(test)
