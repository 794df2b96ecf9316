"""Plain attributes of one environment are given to another, and nothing else is."""

from typing import Any

import gymnasium
import numpy as np

from shared.snapshot.replay.left import leave_in, left_in


class Holder(gymnasium.Env[Any, Any]):
    """Has attributes of many kinds."""

    def __init__(self) -> None:
        self.pair: Any = (True, np.float32(2))
        self.level: Any = 0.5
        self.place = np.zeros(3)


def attributes(env: gymnasium.Env[Any, Any]) -> dict[str, Any]:
    return vars(env.unwrapped)


def test_what_differs_is_given_and_what_is_alike_stays_the_same_object() -> None:
    env, other = Holder(), Holder()
    attributes(env).update(level=0.75, place=np.ones(3), late=(np.ones(2), None))
    pair = other.pair
    leave_in(other, left_in(env))
    assert (other.level, other.place.tolist(), attributes(other)["late"][1]) == (0.75, [1, 1, 1], None)
    assert other.pair is pair
    assert other.place is not env.place


def test_each_layer_has_its_own() -> None:
    env, other = (gymnasium.wrappers.TimeLimit(Holder(), 5) for _ in range(2))
    vars(env)["level"], attributes(env)["level"] = 2.0, 9.0
    leave_in(other, left_in(env))
    assert (vars(other)["level"], attributes(other)["level"]) == (2.0, 9.0)


def test_what_may_be_a_handle_and_what_is_large_are_not_left() -> None:
    """By the number of a client of PyBullet two environments would share its physics."""
    env = Holder()
    handles = {
        "client": 1,
        "number": np.int64(1),
        "ids": np.arange(3),
        "folder": "/a",
        "socket": b"1",
        "list": [1.0],
    }
    others = {"object": object(), "large": np.zeros(4096), "mixed": (0.5, 1), "render_mode": "ansi"}
    attributes(env).update(handles, **others)
    assert [*left_in(env)[0]] == ["pair", "level", "place"]


def test_an_object_of_the_new_environment_stays() -> None:
    env, other = Holder(), Holder()
    env.level, other.level = None, [1]
    leave_in(other, left_in(env))
    assert other.level == [1]
