"""Environments written with JAX are tried at their first creation, wherever JAX is installed."""

from importlib.util import find_spec

import pytest

from shared.families.jax import JAX
from shared.session.catalog.catalog import catalog
from shared.snapshot.conformance.selection import needs_trial
from shared.snapshot.contract.recipe import Recipe


@pytest.mark.parametrize("env_id", ["phys2d/CartPole-v1", "phys2d/Pendulum-v0", "tabular/Blackjack-v0"])
def test_one_is_never_made_before_it_was_tried(env_id: str) -> None:
    assert needs_trial(Recipe(env_id))


def test_they_are_listed_only_where_jax_is_installed() -> None:
    jax = {entry["env_id"] for entry in catalog() if entry["env_id"].startswith(("phys2d/", "tabular/"))}
    assert bool(jax) is JAX.is_installed() is (find_spec("jax") is not None)
