"""One owner's turns never take the last place from another's."""

import asyncio
from collections.abc import Awaitable, Callable

from shared.session.lifecycle.shares import Shares


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Desk:
    """Turns that last until they are ended, in the order in which they began."""

    def __init__(self, at_once: int) -> None:
        self._shares = Shares(at_once)
        self.begun: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}

    def ask(self, owner: str, name: str) -> asyncio.Task[None]:
        self._ends[name] = asyncio.Event()
        return asyncio.ensure_future(self._turn(owner, name))

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await settled()

    async def _turn(self, owner: str, name: str) -> None:
        async with self._shares.turn(owner):
            self.begun.append(name)
            await self._ends[name].wait()


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(test(), 10)

    asyncio.run(bounded())


def test_the_last_place_is_kept_for_an_owner_who_has_none() -> None:
    async def test() -> None:
        desk = Desk(3)
        tasks = [desk.ask("greedy", f"g{number}") for number in range(10)]
        await settled()
        assert desk.begun == ["g0", "g1"]
        tasks.append(desk.ask("polite", "p0"))
        await settled()
        assert desk.begun == ["g0", "g1", "p0"]
        await desk.end("p0")
        assert desk.begun == ["g0", "g1", "p0"]
        for number in range(10):
            await desk.end(f"g{number}")
        await asyncio.gather(*tasks)
        assert desk.begun[3:] == [f"g{number}" for number in range(2, 10)]

    run(test)


def test_owners_who_wait_are_served_by_turns() -> None:
    async def test() -> None:
        desk = Desk(1)
        asked = [desk.ask(name[0], name) for name in ("a0", "a1", "a2", "a3", "b0", "b1", "c0")]
        await settled()
        for name in ("a0", "a1", "b0", "c0", "a2", "b1", "a3"):
            assert desk.begun[-1] == name
            await desk.end(name)
        await asyncio.gather(*asked)

    run(test)


def test_a_place_that_nobody_waits_for_any_more_goes_to_the_next() -> None:
    async def test() -> None:
        desk = Desk(1)
        first, gone, last = desk.ask("a", "a0"), desk.ask("a", "a1"), desk.ask("b", "b0")
        await settled()
        gone.cancel()
        await settled()
        await desk.end("a0")
        assert desk.begun == ["a0", "b0"]
        await desk.end("b0")
        await asyncio.gather(first, last)
        assert gone.cancelled()

    run(test)


def test_one_who_leaves_in_the_moment_in_which_a_place_is_free_does_not_take_it_along() -> None:
    async def test() -> None:
        desk = Desk(1)
        first, gone, last = desk.ask("a", "a0"), desk.ask("a", "a1"), desk.ask("b", "b0")
        await settled()
        first.cancel()
        gone.cancel()
        await settled()
        assert desk.begun == ["a0", "b0"]
        await desk.end("b0")
        await last

    run(test)
