"""Scratch copies are used again for states of their kind, and never after an error."""

import asyncio

import pytest

from shared.errors import InvalidValue
from shared.session.explore.scratch import Scratch
from shared.session.live.environment import LiveEnvironment
from shared.session.live.placement import CallLimit, LoopThread
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.explore.copies import snapshot

CARTPOLE, PENDULUM = snapshot(), snapshot(Recipe("Pendulum-v1"))


def scratch() -> Scratch:
    return Scratch(lambda loaded: LoopThread(CallLimit()))


async def used(kept: Scratch, loaded: object = CARTPOLE) -> LiveEnvironment:
    async with kept.copy(loaded) as live:  # type: ignore[arg-type]
        return live


async def failing(kept: Scratch) -> None:
    async with kept.copy(CARTPOLE):
        raise InvalidValue("no")


def test_a_copy_is_used_again_for_its_kind_alone() -> None:
    async def copies() -> None:
        kept = scratch()
        first, other, again = await used(kept), await used(kept, PENDULUM), await used(kept)
        assert first is again
        assert other is not first
        await kept.close()
        assert await used(kept) is not first
        await kept.close()

    asyncio.run(copies())


def test_two_at_once_have_copies_of_their_own() -> None:
    async def copies() -> None:
        kept = scratch()
        async with kept.copy(CARTPOLE) as one, kept.copy(CARTPOLE) as other:
            assert one is not other
        await kept.close()

    asyncio.run(copies())


def test_a_copy_is_dropped_after_an_error() -> None:
    async def copies() -> None:
        kept = scratch()
        first = await used(kept)
        with pytest.raises(InvalidValue):
            await failing(kept)
        assert await used(kept) is not first
        await kept.close()

    asyncio.run(copies())
