"""What `reset` and `step` return is told as packages give it, and refused by its name where it cannot be."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from shared.errors import NotEncodable
from shared.snapshot.contract.returned import (
    check_reset,
    check_step,
    flag_of,
    has_ended,
    reward_of,
    told_flag,
    told_reward,
)


@pytest.mark.parametrize(
    ("given", "reward"),
    [
        (1, 1.0),
        (True, 1.0),
        (np.float32(0.25), 0.25),
        (np.array(0.5), 0.5),
        (np.array([0.5], np.float32), 0.5),
        (np.array([[2]]), 2.0),
        (Fraction(1, 4), 0.25),
        (2**70, 2.0**70),
        (None, None),
    ],
)
def test_one_number_is_that_number_however_it_is_wrapped(given: Any, reward: float | None) -> None:
    assert reward_of(given) == reward
    assert type(told_reward(given)) is type(reward)


@pytest.mark.parametrize("given", [np.array([1.0, -1.0]), [1, -1], (1.0, -1.0), [3.0], np.zeros((2, 2)), []])
def test_several_numbers_stay_as_many_and_are_told_as_they_were_given(given: Any) -> None:
    reward = reward_of(given)
    assert isinstance(reward, np.ndarray)
    np.testing.assert_array_equal(reward, np.asarray(given))
    assert told_reward(given) is given


@pytest.mark.parametrize("given", [{"a": 1.0}, "1.0", 1j, [1, "a"], [[1], [1, 2]], object(), np.array(["a"])])
def test_a_reward_that_is_no_number_is_refused_by_its_name(given: Any) -> None:
    with pytest.raises(NotEncodable, match="The environment's reward is a value of type") as refused:
        reward_of(given)
    assert refused.value.evidence["field"] == "reward"


def test_a_reward_beyond_every_float_is_refused() -> None:
    with pytest.raises(NotEncodable, match="beyond every float") as refused:
        reward_of(10**400)
    assert refused.value.evidence["field"] == "reward"


@pytest.mark.parametrize(
    ("given", "flag"), [(np.True_, True), (0, False), (None, False), (np.array([True]), True), (1.0, True)]
)
def test_one_flag_is_a_bool_however_it_is_wrapped(given: Any, flag: bool) -> None:
    assert flag_of("terminated", given) is flag
    assert told_flag("terminated", given) is flag


def test_an_episode_of_several_agents_ends_with_the_last_of_them() -> None:
    assert not has_ended([True, False], [False, False])
    assert has_ended([True, False], [False, True])
    assert has_ended(np.array([False, False]), True)  # a TimeLimit's own
    assert told_flag("terminated", [True, False]) == [True, False]


def test_flags_that_do_not_fit_each_other_are_refused() -> None:
    with pytest.raises(NotEncodable, match=r"shape \(2,\) and its truncated \(3,\)"):
        has_ended([True, False], [False, False, False])
    with pytest.raises(NotEncodable, match="truncated is a value of type dict"):
        has_ended(True, {"a": True})


@pytest.mark.parametrize("returned", [None, (1, 2.0, False, {}), [1, 2.0, False, False, {}], np.zeros(5)])
def test_what_is_no_tuple_of_a_step_is_refused_with_what_it_has_to_be(returned: Any) -> None:
    with pytest.raises(
        NotEncodable, match=r"step returned .* observation, reward, terminated, truncated and info"
    ):
        check_step(returned)


def test_what_is_no_tuple_of_a_reset_is_refused_with_what_it_has_to_be() -> None:
    assert check_reset((1, {})) == (1, {})
    with pytest.raises(
        NotEncodable, match=r"reset returned a value of type numpy\.ndarray; .* observation and info"
    ):
        check_reset(np.zeros(2))
