"""What two calls came to is compared field by field, and the difference is told by its path."""

from typing import Any

import numpy as np
import pytest

from shared.snapshot.conformance.outcome import Outcome, difference, has_raised, outcome, raised
from shared.snapshot.contract.calls import Render, Reset, Step
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make


def stepped(observation: Any = 0, reward: Any = 0.0, info: Any = None) -> Outcome:
    env = make(Recipe("CartPole-v1", seed=1))
    env.reset(seed=1)
    return outcome(env, Step(0), (observation, reward, False, False, info or {}))


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (stepped(observation=1), "observation differed"),
        (stepped(reward=np.float32(0.0)), "reward differed"),
        (stepped(info={"id": "a"}), "info, info['id'] differed"),
        (stepped(observation=1, reward=2.0), "observation, reward differed"),
    ],
)
def test_the_field_that_differs_is_named(other: Outcome, told: str) -> None:
    assert difference(stepped(), other) == told


def test_the_path_leads_into_dictionaries_and_lists() -> None:
    one, other = (stepped(info={"cars": [{"at": 1}, {"at": place}]}) for place in (2, 3))
    assert difference(one, other) == "info['cars'][1]['at'] differed"


def test_many_fields_are_told_by_the_first_and_their_number() -> None:
    one, other = (stepped(info={str(number): number + by for number in range(9)}) for by in (0, 1))
    assert str(difference(one, other)).endswith("info['3'] and 5 more differed")


def test_equal_outcomes_do_not_differ() -> None:
    assert difference(stepped(np.zeros(3)), stepped(np.zeros(3))) is None


def test_wall_clock_seconds_of_an_episode_are_not_compared() -> None:
    one, other = (stepped(info={"episode": {"r": 1.0, "l": 3, "t": seconds}}) for seconds in (0.5, 0.7))
    assert difference(one, other) is None


def test_a_generator_that_was_drawn_from_differs() -> None:
    env = make(Recipe("CartPole-v1", seed=1))
    env.reset(seed=1)
    before = outcome(env, Render(), None)
    env.unwrapped.np_random.random()
    assert difference(before, outcome(env, Render(), None)) == "generator 0 differed"


def test_an_exception_is_an_outcome_without_the_addresses_in_its_text() -> None:
    one, other = (raised(ValueError(f"<Board at {address}> is full")) for address in ("0x7f01", "0x7f02"))
    assert has_raised(one)
    assert difference(one, other) is None
    assert difference(stepped(), one) == "it raised ValueError: <Board at 0x> is full"
    assert difference(one, stepped()) == "it did not raise ValueError: <Board at 0x> is full"


def test_a_reset_has_an_observation_and_an_info() -> None:
    env = make(Recipe("CartPole-v1", seed=1))
    assert {"observation", "info"} <= outcome(env, Reset(1), env.reset(seed=1)).keys()
