"""An episode's columns are what the same episode returns in an environment that is never interrupted."""

import asyncio
from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.errors import InvalidValue
from shared.session.calls import operations
from shared.session.history.history import History
from shared.session.history.place import Place
from shared.session.history.transitions import Wanted, info_of
from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.storage.memory import MemoryStore
from tests.shared.session.record.recording import call, recorded, rolled
from tests.shared.session.sessions import session


async def columns(at: Session, reference: Reference, number: int, **wanted: Any) -> dict[str, Any]:
    history = History(at)
    _, found = await history.episode(reference, number, Wanted(**wanted), lambda _, told: told)
    await history.close()
    assert isinstance(found, dict)
    return found


def bare(env: Any, seed: int | None, actions: Any) -> dict[str, list[Any]]:
    """What an episode of these actions returns."""
    observation, info = env.reset(seed=seed)
    found: dict[str, list[Any]] = {
        "observations": [observation],
        "rewards": [],
        "terminations": [],
        "infos": [info],
    }
    for action in actions:
        observation, reward, terminated, _, info = env.step(action)
        found["observations"].append(observation)
        found["rewards"].append(reward)
        found["terminations"].append(terminated)
        found["infos"].append(info)
    return found


@pytest.mark.parametrize("env_id", ["CartPole-v1", "FrozenLake-v1", "Blackjack-v1", "Taxi-v4"])
def test_columns_are_those_of_an_uninterrupted_environment(env_id: str) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at, env_id)
        actions: list[list[Any]] = [[]]
        for _ in range(60):
            action = (await call(at, reference, operations.sample("action_space")))["sample"]
            reply = await call(at, reference, operations.Step(action.tolist()))
            actions[-1].append(action)
            if reply["terminated"] or reply["truncated"]:
                await call(at, reference, operations.reset(None, None))
                actions.append([])
        env = gymnasium.make(env_id)
        for number, given in enumerate(actions, start=1):
            expected = bare(env, 1 if number == 1 else None, given)
            found = await columns(at, reference, number, infos=True)
            np.testing.assert_equal([*found["observations"]], expected["observations"])
            np.testing.assert_equal([*found["rewards"]], expected["rewards"])
            np.testing.assert_equal([*found["terminations"]], expected["terminations"])
            np.testing.assert_equal([*found["actions"]], given)
            np.testing.assert_equal(found["infos"], expected["infos"])

    asyncio.run(test())


def test_episodes_within_a_rollout_have_their_own_columns() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        reply = await rolled(at, reference, 200)
        first = reply["resets"][0]["index"]
        second = reply["resets"][1]["index"]
        found = await columns(at, reference, 2)
        np.testing.assert_array_equal(found["observations"][0], reply["resets"][0]["observation"])
        np.testing.assert_array_equal(found["observations"][1:], reply["observations"][first:second])
        part = await columns(at, reference, 2, begin=3, end=5)
        np.testing.assert_array_equal(part["observations"], found["observations"][3:6])
        np.testing.assert_array_equal(part["actions"], found["actions"][3:5])
        nothing = await columns(at, reference, 2, begin=0, end=0)
        assert (len(nothing["observations"]), len(nothing["actions"])) == (1, 0)

    asyncio.run(test())


@pytest.mark.parametrize("autoreset", ["NextStep", "SameStep", "Disabled"])
def test_an_environment_of_a_vector_has_the_columns_of_one_alone(autoreset: Any) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at, num_envs=2, autoreset=autoreset)
        for number in range(40):
            reply = await call(at, reference, operations.Step([1, number % 2]))
            ended = np.logical_or(reply["terminated"], reply["truncated"])
            if autoreset == "Disabled" and ended.any():
                await call(at, reference, operations.reset(None, {"reset_mask": ended.tolist()}))
        for env in range(2):
            alone = gymnasium.make("CartPole-v1")
            for number in (1, 2):
                found = await columns(at, reference, number, env=env)
                expected = bare(alone, 1 + env if number == 1 else None, found["actions"])
                np.testing.assert_array_equal(found["observations"], expected["observations"])
                np.testing.assert_array_equal(found["terminations"], expected["terminations"])
                if number == 1:
                    assert bool(found["terminations"][-1])

    asyncio.run(test())


@pytest.mark.parametrize("autoreset", ["NextStep", "SameStep"])
def test_a_single_environment_that_resets_itself_has_whole_episodes(autoreset: Any) -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at, autoreset=autoreset)
        for _ in range(40):
            await call(at, reference, operations.Step(1))
        alone = gymnasium.make("CartPole-v1")
        for number in (1, 2, 3):
            found = await columns(at, reference, number)
            expected = bare(alone, 1 if number == 1 else None, found["actions"])
            np.testing.assert_array_equal(found["observations"], expected["observations"])
            np.testing.assert_array_equal(found["rewards"], expected["rewards"])
            assert bool(found["terminations"][-1])

    asyncio.run(test())


def test_what_begins_amid_an_episode_has_what_was_recorded() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        replies = [await call(at, reference, operations.Step(number % 2)) for number in range(6)]
        history = History(at)
        await at.checkpoints.restore(reference, lambda _: None, past=history.past(reference, Place(2)))
        for number in range(1, 6):
            await call(at, reference, operations.Step(number % 2))
        await history.close()
        found = await columns(at, reference, 2)
        np.testing.assert_array_equal(found["observations"], [reply["observation"] for reply in replies[1:]])
        np.testing.assert_array_equal(found["actions"], [0, 1, 0, 1])

    asyncio.run(test())


def test_what_is_too_long_is_refused_with_the_part_that_is_not() -> None:
    async def test() -> None:
        at = session(MemoryStore())
        reference = await recorded(at)
        await rolled(at, reference, 20)
        with pytest.raises(InvalidValue, match=r"\?from=0&to=3"):
            await columns(at, reference, 1, most_bytes=112)
        assert len((await columns(at, reference, 1, most_bytes=112, begin=0, end=3))["observations"]) == 4
        for begin, end in ((3, 2), (0, 99), (99, None)):
            with pytest.raises(InvalidValue, match="in their order"):
                await columns(at, reference, 1, begin=begin, end=end)

    asyncio.run(test())


def test_an_info_of_a_vector_is_taken_apart_by_its_masks() -> None:
    has = np.array([True, False])
    info = {
        "a": np.array([1, 0]),
        "_a": has,
        "b": {"c": np.array([2, 3]), "_c": ~has},
        "_b": np.array([True, True]),
    }
    assert info_of(info, 0) == {"a": 1, "b": {}}
    assert info_of(info, 1) == {"b": {"c": 3}}
