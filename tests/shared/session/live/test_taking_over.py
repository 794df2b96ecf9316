"""Over capacity, the environment used longest ago goes on as the one that needs its room, and nobody can tell."""

import asyncio
import gc
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from shared.errors import EnvironmentRaised
from shared.session.calls import operations
from shared.session.lifecycle.verdicts import Verdicts
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.conformance.selection import Verdict, verdict_key
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.making.make import register_environments
from shared.storage.protocol import ABSENT, Store, Stored
from shared.storage.sqlite import SQLiteStore
from tests.shared.session.episodes import call, created, step, uninterrupted
from tests.shared.session.faulty import FaultyStore
from tests.shared.session.sessions import run, session
from tests.shared.snapshot.replay import envs
from tests.shared.snapshot.retro import games

ALIKE = {
    "plain": Recipe("CartPole-v1", max_episode_steps=9),
    "random": Recipe("FrozenLake-v1"),
    "fickle": Recipe("Taxi-v4", kwargs={"fickle_passenger": True}),
    "cards": Recipe("Blackjack-v1", autoreset="NextStep"),
    "wrapped": Recipe(
        "CartPole-v1",
        wrappers=(
            WrapperRecipe("StickyAction", {"repeat_action_probability": 0.5}),
            WrapperRecipe("NormalizeObservation"),
            WrapperRecipe("FrameStackObservation", {"stack_size": 3}),
        ),
    ),
    "vector": Recipe("CartPole-v1", num_envs=2, autoreset="NextStep", max_episode_steps=7),
    "drawn": Recipe("CartPole-v1", render_mode="rgb_array"),
}


async def played(
    recipe: Recipe, stored: Store, references: list[Reference], live_envs: int
) -> tuple[list[Any], int]:
    """What instances that are stepped by turns reply and leave, and how many environments were used for them."""
    at = session(stored, live_envs=live_envs)
    told, environments = list[Any](), dict[int, Any]()
    for number, reference in product(range(12), references):
        action = [number % 2] * recipe.num_envs if recipe.num_envs else number % 2
        told.append((await call(at, reference, operations.Step(action))).reply)
        if told[-1]["terminated"] is True or told[-1]["truncated"] is True:
            told.append((await call(at, reference, operations.reset(None, None))).reply)
        if recipe.draws and number % 5 == 0:
            told.append((await call(at, reference, operations.render(1 << 20))).reply)
        live = at.live.get(reference)
        assert live is not None
        environments[id(live.env)] = live.env  # kept, so that no id is used again
    told += [(await at.snapshots.load(reference)).body for reference in references]
    return told, len(environments)


@pytest.mark.parametrize("recipe", ALIKE.values(), ids=ALIKE)
def test_it_goes_on_as_if_it_had_been_made_anew(recipe: Recipe) -> None:
    async def test() -> None:
        stored = FaultyStore(remote=False)
        references = [await created(session(stored), recipe, seed) for seed in (1, 2, 3)]
        again = FaultyStore(remote=False)
        for reference in references:
            found = await stored.get(reference.key)
            assert isinstance(found, Stored)
            await again.put(reference.key, found.body, ABSENT)
        expected, alone = await played(recipe, again, references, live_envs=8)
        few, made = await played(recipe, stored, references, live_envs=2)
        np.testing.assert_equal(few, expected)
        assert (made, alone) == (2, 3)

    run(test)


async def tried(stored: Store, recipe: Recipe, mechanism: str) -> None:
    """The recipe's trial is over: it takes seconds, and has tests of its own."""
    await Verdicts(stored).put(verdict_key(recipe), Verdict(mechanism, {}))


def test_one_that_is_carried_since_its_last_reset_goes_on_as_another_of_its_kind() -> None:
    """To make one may take most of a restore."""

    async def test() -> None:
        stored = FaultyStore(remote=False)
        recipe = Recipe(envs.REWOUND.env_id)
        await tried(stored, recipe, "journal-since-reset-any")
        at = session(stored, live_envs=1)
        seeded = [msgspec.structs.replace(recipe, seed=seed) for seed in (1, 2)]
        references = [await created(at, each, each.seed) for each in seeded]
        alone = [await created(at, each, each.seed) for each in seeded]
        apart = session(stored, live_envs=2)
        made = set()
        for number in range(6):
            action = [0.1 * number, 0.5]
            for reference, other in zip(references, alone, strict=True):
                reply = (await call(at, reference, operations.Step(action))).reply
                assert repr(reply) == repr((await call(apart, other, operations.Step(action))).reply)
                live = at.live.get(reference)
                assert live is not None
                made.add(live.env.unwrapped)
        assert len(made) == 1
        for ended in (at, apart):
            await ended.shut_down()

    run(test)


def test_an_emulator_of_which_a_process_holds_one_goes_on_as_another_of_its_game() -> None:
    """It does not end with the instance that makes room."""

    async def test() -> None:
        register_environments([games.__name__])
        stored = FaultyStore(remote=False)
        recipe = Recipe("games/Plain-v0")
        await tried(stored, recipe, "retro")
        at = session(stored, live_envs=1)
        references = [await created(at, recipe, seed) for seed in (1, 2)]
        made = games.emulator().made
        for _ in range(3):
            for reference in references:
                await call(at, reference, operations.Step([1, 0, 0, 0, 0, 0, 0, 0]))
        assert games.emulator().made == made
        await at.shut_down()
        gc.collect()
        assert games.emulator().living == 0

    run(test)


async def environments(at: Session, *references: Reference) -> list[Any]:
    """The environments that are live after a step of each instance."""
    found = []
    for reference in references:
        await step(at, reference)
        live = at.live.get(reference)
        assert live is not None
        found.append(live.env)
    return found


def test_one_of_another_recipe_is_made_anew() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False), live_envs=1)
        short, long = await created(at, Recipe("CartPole-v1", max_episode_steps=2)), await created(at)
        [first], [second] = await environments(at, short), await environments(at, long)
        assert first is not second
        assert [await step(at, each) for each in (short, long)] == [uninterrupted(2)[1]] * 2

    run(test)


def test_one_that_is_being_called_stays_and_another_is_made() -> None:
    async def test() -> None:
        at = session(FaultyStore(remote=False), live_envs=1)
        first, second = await created(at), await created(at)
        [called] = await environments(at, first)
        async with at.live.lock(first):
            [other] = await environments(at, second)
            assert at.live.get(first) is not None
        assert other is not called
        assert await step(at, first) == uninterrupted(2)[1]

    run(test)


def test_a_long_call_keeps_nobody_from_another_environment() -> None:
    """The one used longest ago is held, and the next is not."""

    async def test() -> None:
        at = session(FaultyStore(remote=False), live_envs=2)
        held, idle, third = [await created(at, seed=seed) for seed in (1, 2, 3)]
        _, spare = await environments(at, held, idle)
        async with at.live.lock(held):
            [taken] = await environments(at, third)
            assert taken is spare
            assert at.live.get(held) is not None

    run(test)


def test_many_calls_at_once_share_the_environments_that_there_is_room_for(tmp_path: Path) -> None:
    """Those whose writes wait for the end of the turn hold theirs, and the others wait for them."""

    async def test() -> None:
        at = session(SQLiteStore(tmp_path / "s.db"), live_envs=4)
        references = [await created(at, seed=seed) for seed in range(24)]
        for number in range(3):
            found = await asyncio.gather(*(step(at, reference) for reference in references))
            assert found == [uninterrupted(3, seed)[number] for seed in range(24)]
            assert at.live_envs <= 4
        await at.shut_down()

    run(test)


def test_one_in_which_a_call_failed_is_never_taken_over() -> None:
    """Nobody knows in what state it was left."""

    async def test() -> None:
        at = session(FaultyStore(remote=False), live_envs=1)
        first, second = await created(at), await created(at)
        [broken] = await environments(at, first)
        broken.unwrapped.gravity = broken.unwrapped.force_mag = None
        with pytest.raises(EnvironmentRaised):
            await step(at, first)
        assert await step(at, second) == uninterrupted(1)[0]
        assert await step(at, first) == uninterrupted(2)[1]

    run(test)
