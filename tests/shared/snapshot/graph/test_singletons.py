"""What there is once in a process is named in a graph, and found again."""

import random
import sys
import types
from typing import Any

import numpy as np
import pytest

from shared.codec.plain import NotPlain
from shared.snapshot.graph.testing import graph_of, restored
from tests.shared.snapshot.graph import envs

UNNAMED = [object()]


@pytest.mark.parametrize("module", [np, sys, envs])
def test_a_module_comes_back_as_itself(module: Any) -> None:
    assert restored(graph_of(module)) is module


def test_a_module_that_cannot_be_imported_is_refused() -> None:
    """cloudpickle would copy all that is in it."""
    with pytest.raises(NotPlain, match="unnamed cannot be imported"):
        graph_of(types.ModuleType("unnamed"))


GLOBAL = [getattr(module.seed, "__self__", None) for module in (random, np.random)]


@pytest.mark.parametrize("generator", GLOBAL)
def test_a_global_generator_comes_back_as_itself(generator: Any) -> None:
    """It is lent to an environment, which goes on drawing from it."""
    assert restored(graph_of([generator]))[0] is generator


def test_a_function_of_the_global_generator_still_draws_from_it() -> None:
    assert restored(graph_of([random.random]))[0].__self__ is getattr(random.random, "__self__", None)


@pytest.mark.parametrize("generator", [random.Random(3), np.random.RandomState(3)])
def test_any_other_generator_is_copied_with_its_state(generator: Any) -> None:
    found = restored(graph_of(generator))
    assert found is not generator
    assert [found.uniform(0, 1) for _ in range(3)] == [generator.uniform(0, 1) for _ in range(3)]


def test_a_sentinel_of_a_module_comes_back_as_itself() -> None:
    """Code compares it by identity."""
    sentinel = vars(envs)["_UNSET"]
    assert restored(graph_of([sentinel]))[0] is sentinel


def test_a_bare_object_that_no_module_names_is_a_new_one_shared_where_it_was() -> None:
    first, second = restored(graph_of([UNNAMED[0], UNNAMED[0]]))
    assert first is second is not UNNAMED[0]
