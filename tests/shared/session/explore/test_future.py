"""Futures become columns, with a value for each of them."""

import numpy as np

from shared.session.explore.future import COLUMNS, Future, joined


def future(number: int) -> Future:
    observation = np.full(2, number, np.float32)
    return Future(
        number, float(number), number == 1, False, observation, {"n": number}, [number] * 2, [1.0] * number
    )


def test_columns_are_arrays_where_they_can_be() -> None:
    columns = joined([future(1), future(2)], set(COLUMNS))
    assert [*columns] == [*COLUMNS]
    assert columns["returns"].tolist() == [1.0, 2.0]
    assert columns["steps"].tolist() == [1, 2]
    assert columns["terminations"].tolist() == [True, False]
    assert columns["observations"].tolist() == [[1.0, 1.0], [2.0, 2.0]]
    assert columns["observations"].dtype == np.float32
    assert [each.tolist() for each in columns["actions"]] == [[1, 1], [2, 2]]
    assert [each.tolist() for each in columns["rewards"]] == [[1.0], [1.0, 1.0]]
    assert columns["infos"] == [{"n": 1}, {"n": 2}]


def test_only_what_is_included_is_told() -> None:
    assert [*joined([future(1)], {"steps", "returns"})] == ["returns", "steps"]


def test_a_future_without_a_step_has_no_observation() -> None:
    none = Future(0, 0.0, False, False, None, None, [], [])
    columns = joined([none], {"observations", "rewards", "actions"})
    assert columns == {"observations": [None], "actions": [[]], "rewards": [[]]}


def test_the_size_grows_with_what_is_included() -> None:
    bare = Future(3, 3.0, False, False, None, None, None, None)
    assert bare.size < future(3).size
