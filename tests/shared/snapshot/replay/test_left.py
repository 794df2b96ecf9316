"""Plain attributes of one environment are given to another, and nothing else is."""

from typing import Any

import gymnasium
import numpy as np

from shared.snapshot.replay.left import leave_in, left_in


class Holder(gymnasium.Env[Any, Any]):
    """Has attributes of many kinds."""

    render_mode = None

    def __init__(self) -> None:
        self.count: Any = 0
        self.name, self.pair, self.place = "a", (1, np.float32(2)), np.zeros(3)


def test_what_differs_is_given_and_what_is_alike_stays_the_same_object() -> None:
    env, other = Holder(), Holder()
    env.count, env.place, env.late = 3, np.ones(3), (np.arange(2), "x")  # type: ignore[attr-defined]
    pair = other.pair
    leave_in(other, left_in(env))
    assert (other.count, other.place.tolist(), other.late[1]) == (3, [1, 1, 1], "x")  # type: ignore[attr-defined]
    assert other.pair is pair
    assert other.place is not env.place


def test_each_layer_has_its_own() -> None:
    env, other = (gymnasium.wrappers.TimeLimit(Holder(), 5) for _ in range(2))
    vars(env)["_elapsed_steps"], vars(env.unwrapped)["count"] = 2, 9
    leave_in(other, left_in(env))
    assert (vars(other)["_elapsed_steps"], vars(other.unwrapped)["count"]) == (2, 9)


def test_objects_large_values_and_the_way_of_drawing_are_not_left() -> None:
    env = Holder()
    env.list, env.object, env.large = [1], object(), np.zeros(4096)  # type: ignore[attr-defined]
    env.render_mode = "ansi"  # type: ignore[assignment]
    env.mixed, env.record = (1, [2]), np.zeros(2, [("a", "i4")])  # type: ignore[attr-defined]
    assert [*left_in(env)[0]] == ["count", "name", "pair", "place"]
