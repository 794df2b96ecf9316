"""Sequences are cast like actions, and drawn by a seed and an index alone."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from shared.errors import InvalidAction, InvalidValue
from shared.session.explore.sequences import Drawn, given, keys_of, shape_of

ARM = spaces.Dict({"arm": spaces.Box(-1, 1, (2,), np.float32), "grip": spaces.Discrete(3)})


def test_lists_become_members_of_the_action_space() -> None:
    sequences = given(spaces.Discrete(3), [[0, 1], [2, 2]])
    assert [[int(each) for each in actions] for actions in sequences] == [[0, 1], [2, 2]]
    assert isinstance(sequences[0][0], np.int64)


def test_a_typed_array_has_its_first_two_axes_over_sequences_and_actions() -> None:
    actions = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    raw = {"dtype": "float32", "shape": [2, 3, 2], "data": actions.tobytes()}
    sequences = given(spaces.Box(-1, 1, (2,), np.float32), raw)
    assert np.array(sequences).tolist() == actions.tolist()


def test_an_action_outside_the_space_is_told_with_its_sequence_and_index() -> None:
    with pytest.raises(InvalidAction, match=r"^sequences\[1\]\[0\] is 3") as refused:
        given(spaces.Discrete(3), [[0, 1], [3, 2]])
    assert (refused.value.evidence["sequence"], refused.value.evidence["index"]) == (1, 0)
    with pytest.raises(InvalidAction, match=r"^sequences\[0\]\[1\]") as refused:
        given(ARM, [[{"arm": [0, 0], "grip": 1}, {"arm": [0], "grip": 1}]])
    assert (refused.value.evidence["sequence"], refused.value.evidence["index"]) == (0, 1)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ([], "at least one list"),
        (7, "at least one list"),
        ([[]], r"sequences\[0\] is no list of at least one"),
        ([[1], 1], r"sequences\[1\] is no list"),
        ([[1, 0], [1]], r"sequences\[1\] has 1 actions and sequences\[0\] has 2"),
        ({"dtype": "int64", "shape": [4], "data": b""}, "two first axes"),
        ({"dtype": "int64", "shape": [4, 0], "data": b""}, "two first axes"),
        ({"dtype": "int64", "shape": [True, 1], "data": b""}, "two first axes"),
        ({"shape": "4"}, "at least one list"),
    ],
)
def test_sequences_of_no_or_of_different_lengths_are_refused(raw: Any, told: str) -> None:
    with pytest.raises(InvalidValue, match=told):
        shape_of(raw)


@pytest.mark.parametrize("space", [spaces.Discrete(5), ARM, spaces.Box(-1, 1, (3,), np.float32)])
def test_a_drawn_sequence_depends_on_the_seed_and_its_index_alone(space: Any) -> None:
    drawn = Drawn(count=9, steps=4, seed=3)
    [seventh] = drawn.of(space, [7])
    space.seed(99)
    assert [repr(each) for each in [*drawn.of(space, range(9))][7]] == [repr(each) for each in seventh]
    other = next(Drawn(count=9, steps=4, seed=4).of(space, [7]))
    assert repr(other) != repr(seventh)


def test_the_space_itself_draws_nothing() -> None:
    space = spaces.Discrete(1 << 30, seed=1)
    [*Drawn(count=3, steps=4, seed=3).of(space, range(3))]
    assert space.sample() == spaces.Discrete(1 << 30, seed=1).sample()


def test_a_sequence_of_a_numeric_space_can_be_drawn_by_whoever_reads_the_documentation() -> None:
    space = spaces.Discrete(100)
    child = np.random.SeedSequence(3, spawn_key=(2,)).spawn(1)[0]
    generator = np.random.Generator(np.random.PCG64(child))
    expected = [int(generator.integers(100)) for _ in range(5)]
    assert [int(each) for each in next(Drawn(count=4, steps=5, seed=3).of(space, [2]))] == expected


def test_repeating_repeats_as_often_as_it_says() -> None:
    [actions] = Drawn(count=1, steps=4000, seed=3, repeat=0.75).of(spaces.Discrete(1 << 40), [0])
    again = sum(left == right for left, right in pairwise(actions))
    assert 0.72 < again / 4000 < 0.78
    [held] = Drawn(count=1, steps=50, seed=3, repeat=1.0).of(spaces.Discrete(1 << 40), [0])
    assert len(set(map(int, held))) == 1


def test_actions_that_would_take_too_much_memory_are_refused() -> None:
    drawn = Drawn(count=10_000, steps=100, seed=3)
    with pytest.raises(InvalidValue, match="would take 400000000 bytes"):
        next(drawn.of(spaces.Box(-1, 1, (100,), np.float32), [0]))


def test_equal_actions_have_equal_keys_where_keys_are_cheap() -> None:
    space = spaces.Discrete(3)
    one, other, third = keys_of(space, given(space, [[0, 1], [0, 1], [0, 2]])) or []
    assert one == other != third
    assert keys_of(ARM, [[]]) is None
