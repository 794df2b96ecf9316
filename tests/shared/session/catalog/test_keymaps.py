"""Keys mean actions of the environment's space, by codes that keyboards have."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, MultiDiscrete, Space

from shared.session.catalog.catalog import shipped
from shared.session.catalog.keymaps import keymap
from shared.snapshot.making.make import register_environments

CODE = re.compile(r"Arrow(Left|Right|Up|Down)|Key[A-Z]|Digit\d|Numpad\d|Space|Enter")
FIXED = [
    "CartPole-v1",
    "LunarLander-v3",
    "FrozenLake8x8-v1",
    "Taxi-v4",
    "Pendulum-v1",
    "ALE/Pong-v5",
    "ALE/Tetris-v5",
]


def rows(env: Any) -> dict[tuple[str, ...], Any]:
    """Actions by the first code of each of their keys."""
    return {tuple(codes[0] for codes in row["codes"]): row["action"] for row in keymap(env) or ()}


class Own(gymnasium.Env[int, Any]):
    """An environment of somebody's, with keys or without."""

    def __init__(self, action_space: Space[Any], keys: object = None) -> None:
        self.observation_space = self.action_space = action_space
        if keys is not None:
            self.get_keys_to_action = lambda: keys


@pytest.fixture(params=FIXED)
def env(request: pytest.FixtureRequest) -> Iterator[gymnasium.Env[Any, Any]]:
    register_environments(("ale_py",))
    with closing(gymnasium.make(request.param)) as env:
        yield env


def test_every_action_is_the_spaces_and_every_code_a_keyboards(env: gymnasium.Env[Any, Any]) -> None:
    for row in keymap(env) or pytest.fail("It has keys."):
        action = row["action"]
        assert env.action_space.contains(np.array(action, np.float32) if isinstance(action, list) else action)
        assert all(codes and all(map(CODE.fullmatch, codes)) for codes in row["codes"])


def test_ataris_keys_are_its_own_with_the_button_and_every_combination() -> None:
    register_environments(("ale_py",))
    with closing(gymnasium.make("ALE/MontezumaRevenge-v5")) as env:
        found = rows(env)
        meanings = env.unwrapped.get_action_meanings()  # type: ignore[attr-defined]
    assert len(found) == 18
    assert meanings[found[()]] == "NOOP"
    assert meanings[found["ArrowUp", "ArrowLeft", "Space"]] == "UPLEFTFIRE"


def test_mountain_cars_numbers_are_those_of_the_first_pygame() -> None:
    with closing(gymnasium.make("MountainCar-v0")) as env:
        assert rows(env) == {(): 1, ("ArrowLeft",): 0, ("ArrowRight",): 2, ("ArrowRight", "ArrowLeft"): 1}


def test_one_class_with_two_action_spaces_has_keys_for_both() -> None:
    lander = [gymnasium.make("LunarLander-v3", continuous=continuous) for continuous in (False, True)]
    car = [gymnasium.make("CarRacing-v3", continuous=continuous) for continuous in (False, True)]
    left, up = ("ArrowLeft",), ("ArrowUp",)
    assert [rows(env)[left] for env in lander] == [1, [0.0, -1.0]]
    assert [rows(env)[up] for env in lander] == [2, [1.0, 0.0]]
    assert [rows(env)[left] for env in car] == [2, [-1.0, 0.0, 0.0]]
    assert rows(car[1])["ArrowRight", "ArrowDown"] == [1.0, 0.0, 0.8]
    for env in (*lander, *car):
        env.close()


def test_somebodys_keys_are_taken_as_gymnasiums_play_takes_them() -> None:
    said = {(): 0, "a": 1, ("d",): 2, "wd": 3, (1073741905,): 4, (ord("P"),): 5, "\x00": 6, 999_999: 7}
    assert rows(Own(Discrete(8), said)) == {
        (): 0,
        ("KeyA",): 1,
        ("KeyD",): 2,
        ("KeyW", "KeyD"): 3,
        ("ArrowDown",): 4,
        ("KeyP",): 5,
    }
    assert rows(Own(Discrete(3), {("w",): 0, ("s",): 1, (" ",): 2})).keys() == {
        ("ArrowUp",),
        ("ArrowDown",),
        ("Space",),
    }
    pushed = rows(Own(Box(-1, 1, (2,)), {"w": np.array([1, 0.5], np.float32)}))
    assert pushed == {("KeyW",): [1.0, 0.5]}


@pytest.mark.parametrize("said", [{}, [1, 2], {(): "no action"}, {"a": 9}, {b"a": 1}, {("a", 1.5): 1}], ids=repr)
def test_keys_that_are_none_are_not_believed(said: object) -> None:
    assert rows(Own(Discrete(2), said)) == {("Digit0",): 0, ("Digit1",): 1}


def test_few_actions_have_digits_and_few_numbers_are_pushed_to_their_bounds() -> None:
    assert rows(Own(Discrete(3, start=5))) == {("Digit0",): 5, ("Digit1",): 6, ("Digit2",): 7}
    assert rows(Own(Box(-2, 3, (1,)))) == {(): [0.0], ("ArrowLeft",): [-2.0], ("ArrowRight",): [3.0]}
    two = rows(Own(Box(np.array([1, -1], np.float32), np.array([2, 1], np.float32))))
    assert (two[()], two["ArrowLeft", "ArrowDown"]) == ([1.0, 0.0], [1.0, -1.0])


@pytest.mark.parametrize(
    "space", [Discrete(11), Box(-1, 1, (3,)), Box(-np.inf, np.inf, (1,)), MultiDiscrete([2, 2]), Dict()], ids=str
)
def test_what_keys_cannot_say_has_none(space: Space[Any]) -> None:
    assert keymap(Own(space)) is None


def test_the_shipped_table_has_them() -> None:
    assert (shipped("ALE/Pong-v5") or {})["keys"][-1]["codes"] == [["ArrowLeft", "KeyA"], ["Space"]]
    assert (shipped("Ant-v5") or {})["keys"] is None
