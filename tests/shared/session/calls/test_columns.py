"""Values of many calls become one array exactly where that changes none of them."""

from typing import Any

import numpy as np
import pytest

from shared.session.calls.columns import Columns, Flags, Rewards


def joined(values: list[Any]) -> Any:
    series = Columns()
    for value in values:
        series.append(value)
    return series.joined()


@pytest.mark.parametrize(
    ("values", "dtype", "shape"),
    [
        ([np.zeros(4, np.float32)] * 3, "float32", (3, 4)),
        ([np.zeros((2, 3), np.uint8)], "uint8", (1, 2, 3)),
        ([np.array(1, np.int8)] * 2, "int8", (2,)),
        ([np.zeros((0, 3))] * 2, "float64", (2, 0, 3)),
        ([np.arange(6).reshape(2, 3).T] * 2, "int64", (2, 3, 2)),
        ([np.arange(3, dtype=">i2")] * 2, ">i2", (2, 3)),
        ([np.float32(0.1), np.float32(0.2)], "float32", (2,)),
        ([1, 2, -3], "int64", (3,)),
        ([0.5, float("nan")], "float64", (2,)),
        ([True, False], "bool", (2,)),
    ],
)
def test_numbers_and_arrays_of_one_kind_are_one_array(
    values: list[Any], dtype: str, shape: tuple[int, ...]
) -> None:
    array = joined(values)
    assert (array.dtype, array.shape) == (np.dtype(dtype), shape)
    np.testing.assert_array_equal(array, np.array(values))


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1, 2.5],
        [1, True],
        [2**63, -1],
        ["a", "b"],
        [None, None],
        [{"a": 1}, {}],
        [(1, 2), (3, 4)],
    ],
)
def test_anything_else_is_a_list_of_the_same_values(values: list[Any]) -> None:
    kept = joined(values)
    assert type(kept) is list
    assert [type(each) for each in kept] == [type(each) for each in values]
    assert kept == values


def test_arrays_of_different_kinds_are_a_list() -> None:
    for other in (np.zeros(2, np.float64), np.zeros(3, np.float32)):
        kept = joined([np.zeros(2, np.float32), other])
        assert [(each.dtype, each.shape) for each in kept] == [(np.float32, (2,)), (other.dtype, other.shape)]


def test_what_follows_arrays_of_one_kind_leaves_them_as_they_were() -> None:
    buffer = np.zeros(2)
    series = Columns()
    for other in (None, 1, {"a": 1}):
        buffer += 1
        series.append(buffer)
        series.append(buffer)
        series.append(other)
    kept = series.joined()
    assert [each.tolist() for each in kept if isinstance(each, np.ndarray)] == [
        [number] * 2 for number in (1, 1, 2, 2, 3, 3)
    ]
    assert kept[2::3] == [None, 1, {"a": 1}]


def test_arrays_of_objects_are_a_list() -> None:
    kept = joined([np.array([1, "a"], object)] * 2)
    assert [each.tolist() for each in kept] == [[1, "a"]] * 2


def test_integers_over_64_bits_keep_their_values() -> None:
    assert list(joined([2**70, 1])) == [2**70, 1]


def test_values_are_as_they_were_when_they_were_added() -> None:
    series, buffer, info = Columns(), np.zeros(2), {"lives": [3]}
    other = Columns()
    for number in range(3):
        buffer[:] = number
        info["lives"][0] = number
        series.append(buffer)
        other.append(info)
    assert series.joined().tolist() == [[0, 0], [1, 1], [2, 2]]
    assert other.joined() == [{"lives": [0]}, {"lives": [1]}, {"lives": [2]}]


def test_the_size_is_about_that_of_the_values() -> None:
    series = Columns()
    assert series.size == 0
    for _ in range(10):
        series.append({"pixels": np.zeros(100, np.uint8), "name": "abc"})
    assert 1000 <= series.size <= 1200


def test_floats_are_one_array_to_the_last_bit() -> None:
    floats, values = Rewards(), [0.1, -0.0, float("nan"), float("inf"), 5e-324]
    for value in values:
        floats.append(value)
    joined = floats.joined()
    assert joined.dtype == np.float64
    assert joined.tobytes() == np.array(values).tobytes()
    assert floats.size == joined.nbytes


@pytest.mark.parametrize(
    ("rewards", "kept"),
    [
        ([np.float32(0.5), 1, np.array([2.0])], [0.5, 1.0, 2.0]),
        ([np.array([1.0, -1.0]), np.array([2.0, 0.0])], [[1.0, -1.0], [2.0, 0.0]]),
        ([[1, 2]], [[1, 2]]),
        ([1.0, None, 2.0], [1.0, None, 2.0]),
        ([1.0, np.array([1.0, 2.0])], [1.0, [1.0, 2.0]]),
    ],
)
def test_rewards_are_kept_as_the_environment_gave_them(rewards: list[Any], kept: list[Any]) -> None:
    series = Rewards()
    for reward in rewards:
        series.append(reward)
    assert as_lists(series.joined()) == kept
    assert series.size > 0


def as_lists(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else [np.asarray(each).tolist() for each in value]


def test_flags_of_several_agents_are_kept_as_they_were() -> None:
    flags, ended = Flags(), [True, False]
    flags.note(1, ended)
    ended[1] = True
    flags.note(2, ended)
    assert flags.joined(3) == [False, [True, False], [True, True]]
    assert flags.size == 32


def test_flags_are_true_where_that_was_said() -> None:
    flags = Flags()
    flags.note(0, True)
    flags.note(3, True)
    assert flags.joined(5).dtype == np.bool
    assert flags.joined(5).tolist() == [True, False, False, True, False]
    assert Flags().joined(2).tolist() == [False, False]


def test_of_no_steps_everything_is_an_empty_list() -> None:
    assert (Columns().joined(), Rewards().joined(), Flags().joined(0)) == ([], [], [])
