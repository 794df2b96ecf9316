"""Every kind of parameter has its form and bounds, and becomes what Gymnasium takes."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.errors import NotCreatable
from shared.snapshot.making.make import register_environments
from shared.snapshot.making.parameters import Amount, Choice, Flag, Keys, Parameter, Size, Text, argument
from shared.snapshot.making.wrappers import wrap


def made(name: str, kwargs: dict[str, Any], env_id: str = "CartPole-v1") -> Any:
    register_environments(())  # it silences Gymnasium's warnings, here of a space's lowered precision
    return wrap(gymnasium.make(env_id, disable_env_checker=True), name, kwargs)


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("FrameStackObservation", {"stack_size": 10_000_000}),
        ("FrameStackObservation", {"stack_size": 0}),
        ("FrameStackObservation", {"stack_size": 2, "padding_type": "custom"}),
        ("FrameStackObservation", {"stack_size": True}),
        ("FrameStackObservation", {"stack_size": 2.0}),
        ("ResizeObservation", {"shape": [20, 1 << 20]}),
        ("ResizeObservation", {"shape": [[20, 20]]}),
        ("ReshapeObservation", {"shape": [1] * 65}),
        ("TimeLimit", {"max_episode_steps": "7"}),
        ("TimeLimit", {"max_episode_steps": None}),
        ("ClipReward", {"min_reward": "0"}),
        ("ClipReward", {"min_reward": [0.0] * 5000}),
        ("ClipReward", {"min_reward": {"a": 1}}),
        ("ClipReward", {"min_reward": [None]}),
        ("RescaleAction", {"min_action": [[[[[0.0]]]]]}),
        ("DtypeObservation", {"dtype": "object"}),
        ("DtypeObservation", {"dtype": ["float32"]}),
        ("GrayscaleObservation", {"keep_dim": 1}),
        ("RecordEpisodeStatistics", {"stats_key": "x" * 65}),
        ("RecordEpisodeStatistics", {"stats_key": ["x"]}),
        ("FilterObservation", {"filter_keys": "position"}),
        ("FilterObservation", {"filter_keys": [0, "position"]}),
        ("FilterObservation", {"filter_keys": [-1]}),
        ("FilterObservation", {"filter_keys": ["k"] * 65}),
        ("StickyAction", {"repeat_action_probability": 0.1, "repeat_action_duration": [1, 2000]}),
    ],
)
def test_a_value_of_another_type_or_out_of_bounds_is_named(name: str, kwargs: dict[str, Any]) -> None:
    """Before the wrapper is made: some would take gigabytes without a word."""
    with pytest.raises(NotCreatable) as raised:
        made(name, kwargs)
    assert f"{name} cannot take " in raised.value.detail
    assert any(f"{key}={repr(value)[:80]}" in raised.value.detail for key, value in kwargs.items())


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        (Size(9), [1, 2], (1, 2)),
        (Size(9), 3, 3),
        (Keys(), ["a", "b"], ["a", "b"]),
        (Flag(), True, True),
        (Text(), "a", "a"),
        (Choice(("a",)), "a", "a"),
        (Amount(), 0.5, 0.5),
        (Amount(), None, None),
    ],
)
def test_a_list_of_sizes_becomes_a_tuple_and_the_rest_stays(
    parameter: Parameter, value: Any, expected: Any
) -> None:
    """JSON has only lists, and Gymnasium asks for tuples."""
    assert parameter.accepts(value)
    given = argument(parameter, value)
    assert (type(given), given) == (type(expected), expected)


def test_a_list_of_amounts_bounds_a_space_like_the_same_number_alone() -> None:
    """Gymnasium computes with what it is given: a third as float32 is another bound."""
    given = argument(Amount(), [[-1, 0.5]])
    assert (given.dtype, given.tolist()) == (np.float64, [[-1.0, 0.5]])
    alone = made("RescaleAction", {"min_action": -1 / 3, "max_action": 1 / 3}, "Pendulum-v1")
    listed = made("RescaleAction", {"min_action": [-1 / 3], "max_action": [1 / 3]}, "Pendulum-v1")
    action = alone.action_space.sample()
    assert alone.action_space == listed.action_space
    assert alone.action(action).tobytes() == listed.action(action).tobytes()


def test_a_dict_spaces_keys_and_a_tuple_spaces_indices_are_filtered_by() -> None:
    env = made("FilterObservation", {"filter_keys": [2, 0]}, "Blackjack-v1")
    assert [space.n for space in env.observation_space.spaces] == [2, 32]
    timed = made("TimeAwareObservation", {"flatten": False})
    filtered: Any = wrap(timed, "FilterObservation", {"filter_keys": ["time"]})
    assert [*filtered.observation_space.spaces] == ["time"]


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        (Size(64), "a whole number from 1 to 64"),
        (Amount(), "a number, null"),
        (Flag(), "true or false"),
        (Text(), "a text of up to 64"),
        (Keys(), "a list of up to 64 keys"),
        (Choice(("a", "b")), "one of a, b"),
    ],
)
def test_a_parameter_says_in_words_what_it_takes(parameter: Parameter, words: str) -> None:
    assert str(parameter).startswith(f"it takes {words}")
