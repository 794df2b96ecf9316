"""The path leads through whatever holds the object that cannot be pickled."""

import functools
import re
from collections import deque
from collections.abc import Callable
from threading import Lock
from types import SimpleNamespace
from typing import Any

import pytest

from shared.codec.plain import NotPlain
from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.path import path_to_culprit, pickled
from shared.snapshot.graph.pickler import GraphPickler


class Slotted:
    __slots__ = ("empty", "held")

    def __init__(self, held: Any) -> None:
        self.held = held

    def method(self) -> Any:
        return self.held


def closure(held: Any) -> Callable[[], Any]:
    return lambda: held


@pytest.mark.parametrize(
    ("around", "path"),
    [
        (lambda lock: SimpleNamespace(lock=lock), "env.held.lock"),
        (lambda lock: [1, {"key": lock}], "env.held[1]['key']"),
        (lambda lock: deque([1, (2, lock)]), "env.held[1][1]"),
        (Slotted, "env.held.held"),
        (lambda lock: Slotted(lock).method, "env.held.__self__.held"),
        (closure, "env.held.<held>.cell_contents"),
    ],
)
def test_the_path_leads_to_the_object(around: Callable[[Any], Any], path: str) -> None:
    env = SimpleNamespace(first=[1, 2], held=around(Lock()))
    assert path_to_culprit(env, Constants()) == path


def test_a_way_back_to_the_start_is_not_taken() -> None:
    """Nearly everything in an environment leads back to it."""
    env = SimpleNamespace()
    env.wrapper = SimpleNamespace(env=env)
    env.last = SimpleNamespace(env=env, lock=Lock())
    assert path_to_culprit(env, Constants()) == "env.last.lock"


def test_what_cannot_be_looked_into_is_the_end_of_the_path() -> None:
    held = functools.lru_cache(len)
    assert path_to_culprit(SimpleNamespace(held=held), Constants()) == "env.held"


def test_a_graph_that_cannot_be_written_is_refused_with_path_and_reason() -> None:
    with pytest.raises(NotPlain, match=re.escape("env.lock: cannot pickle '_thread.lock' object")):
        pickled(GraphPickler(Constants()), SimpleNamespace(lock=Lock()), Constants())
