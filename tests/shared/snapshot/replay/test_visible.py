"""The digest of what Python shows differs where an attribute does, and not by process or by what lies outside."""

import ctypes
import random
import subprocess
import sys
from collections import deque
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Discrete

from shared.snapshot.replay.visible import visible_digest


class Part:
    """Something within an environment."""

    def __init__(self) -> None:
        self.level = 1
        self.names = {"left", "right", "up"}
        self.queue = deque([1.0, 2.0])


class Handle(ctypes.Structure):
    """Lies outside of Python: its numbers differ by process."""


class Whole(gymnasium.Env[Any, Any]):
    def __init__(self) -> None:
        self.observation_space = self.action_space = Discrete(2, seed=3)
        self.parts = {"first": [Part(), (Part(), None)]}
        self.board = np.arange(40_000).reshape(200, 200)
        self.draws = [np.random.default_rng(1), random.Random(1), np.random.RandomState(1), np.random.PCG64(1)]
        self.itself = self


def changes() -> dict[str, Any]:
    return {
        "an attribute": lambda env: setattr(env, "episodes", 2),
        "a part's attribute": lambda env: setattr(env.parts["first"][1][0], "level", 2),
        "a queue": lambda env: env.parts["first"][0].queue.append(1),
        "a set": lambda env: env.parts["first"][0].names.add("down"),
        "an array's middle": lambda env: env.board.__setitem__((100, 100), -1),
        "a key": lambda env: env.parts.update(second=None),
        "a class": lambda env: env.parts["first"].append(deque()),
        "a space's generator": lambda env: env.action_space.sample(),
        **{f"generator {number}": lambda env, number=number: draw(env.draws[number]) for number in range(4)},
    }


def draw(generator: Any) -> None:
    getattr(generator, "random_raw", None) and generator.random_raw()
    getattr(generator, "random", None) and generator.random()


@pytest.mark.parametrize("what", changes())
def test_a_change_is_seen(what: str) -> None:
    env, other = Whole(), Whole()
    assert visible_digest(env) == visible_digest(other)
    changes()[what](other)
    assert visible_digest(env) != visible_digest(other)


def test_the_order_in_which_attributes_were_first_set_is_not_seen() -> None:
    env, other = Whole(), Whole()
    env.first, env.second = 1, 2  # type: ignore[attr-defined]
    other.second, other.first = 2, 1  # type: ignore[attr-defined]
    assert visible_digest(env) == visible_digest(other)


def test_a_wrappers_attributes_are_seen() -> None:
    env, other = gymnasium.wrappers.TimeLimit(Whole(), 5), gymnasium.wrappers.TimeLimit(Whole(), 6)
    assert visible_digest(env) != visible_digest(other)


def test_what_stands_for_something_outside_is_passed_over() -> None:
    env, other = Whole(), Whole()
    env.handle, other.handle = Handle(), Handle()  # type: ignore[attr-defined]
    other.handle.number = 7  # type: ignore[attr-defined]
    assert visible_digest(env) == visible_digest(other)


class Window:
    """Pure Python, with something native in an attribute, and beside it what differs by process."""

    def __init__(self, surface: int, title: str, scale: float = 1.0) -> None:
        self.context = Handle()
        self.surface = surface
        self.title = title
        self.scale = scale


def test_numbers_and_texts_beside_something_native_are_passed_over() -> None:
    env, other = Whole(), Whole()
    env.window, other.window = Window(0x55E1, "server"), Window(0x7F10, "trial")  # type: ignore[attr-defined]
    assert visible_digest(env) == visible_digest(other)
    other.window.scale = 2.0  # type: ignore[attr-defined]
    assert visible_digest(env) != visible_digest(other)


def test_a_number_of_an_environment_that_holds_something_native_is_seen() -> None:
    """What counts episodes stands there."""
    env, other = Whole(), Whole()
    for number, each in enumerate((env, other)):
        each.handle, each.episodes = Handle(), number  # type: ignore[attr-defined]
    assert visible_digest(env) != visible_digest(other)


def test_it_is_the_same_in_a_process_with_another_hash_seed() -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"from {__name__} import *; print(visible_digest(Whole()).hex())"],
        stdout=subprocess.PIPE,
        env={"PYTHONHASHSEED": "77", "PYTHONPATH": ":".join(sys.path)},
        check=True,
    )
    assert told.stdout.decode().strip() == visible_digest(Whole()).hex()
