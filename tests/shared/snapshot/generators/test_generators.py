"""Every generator of an environment is found, made, and carried."""

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from shared.codec import plain
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.generators.generators import (
    generator_state,
    generators_of,
    layers,
    set_generator_state,
    spaces_of,
)
from shared.snapshot.making.make import make

BOX, NUMBER, TEXT = spaces.Box(0, 1), spaces.Discrete(3), spaces.Text(4)


class Spacious(gymnasium.Env[Any, Any]):
    """An environment of given spaces."""

    def __init__(self, observation_space: spaces.Space[Any], action_space: spaces.Space[Any]) -> None:
        self.observation_space = observation_space
        self.action_space = action_space


def test_the_layers_are_the_wrappers_from_without_and_the_environment_last() -> None:
    names = [type(layer).__name__ for layer in layers(make(Recipe("CartPole-v1")))]
    assert names == ["TimeLimit", "OrderEnforcing", "CartPoleEnv"]


@pytest.mark.parametrize(
    ("space", "nested"),
    [
        (BOX, []),
        (spaces.Tuple((BOX, NUMBER)), [BOX, NUMBER]),
        (spaces.Dict(a=NUMBER, b=spaces.Dict(c=TEXT)), [NUMBER, "Dict", TEXT]),
        (spaces.OneOf((BOX, TEXT)), [BOX, TEXT]),
        (spaces.Sequence(spaces.Tuple((BOX, NUMBER))), ["Tuple", BOX, NUMBER]),
        (spaces.Graph(BOX, NUMBER), [BOX, NUMBER]),
        (spaces.Graph(BOX, None), [BOX]),
        (spaces.Tuple((BOX, BOX)), [BOX]),
    ],
)
def test_a_spaces_parts_are_found_each_once(space: spaces.Space[Any], nested: list[Any]) -> None:
    found = spaces_of(Spacious(space, spaces.MultiBinary(2)))
    assert found[0] is space
    assert isinstance(found[-1], spaces.MultiBinary)
    for part, expected in zip(found[1:-1], nested, strict=True):
        assert part is expected or type(part).__name__ == expected


def test_a_wrappers_spaces_stand_before_the_environments() -> None:
    env = make(
        Recipe("Pendulum-v1", wrappers=(WrapperRecipe("RescaleAction", {"min_action": 0, "max_action": 1}),))
    )
    assert spaces_of(env)[0] is env.action_space
    assert env.unwrapped.action_space in spaces_of(env)[1:]


def test_all_generators_exist_once_they_were_asked_for() -> None:
    """One that is made later is drawn from the operating system, so that two restores would disagree."""
    env = Spacious(spaces.Tuple((BOX, NUMBER)), spaces.Dict(a=TEXT))
    assert len(generators_of(env)) == 6
    assert env._np_random is not None
    assert all(space._np_random is not None for space in spaces_of(env))
    assert [*map(id, generators_of(env))] == [*map(id, generators_of(env))]


def test_a_composite_space_reseeds_its_parts_when_it_makes_its_own() -> None:
    """Gymnasium's way, and why all are made before any is read or written."""
    inner = spaces.Discrete(10**6)
    inner.seed(1)
    expected = generator_state(inner.np_random)
    outer = spaces.Tuple((inner,))
    assert generator_state(inner.np_random) == expected
    outer.np_random  # noqa: B018  # it makes the generator
    assert generator_state(inner.np_random) != expected


@pytest.mark.parametrize("bits", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_a_generator_goes_on_from_its_state_as_plain_data(bits: str) -> None:
    """Also between the two halves of a 64-bit draw."""
    generator = np.random.Generator(getattr(np.random, bits)(3))
    generator.integers(10, dtype=np.uint32)
    state = plain.loads(plain.dumps(generator_state(generator)))
    other = np.random.Generator(getattr(np.random, bits)(4))
    set_generator_state(other, state)
    assert other.integers(1 << 30, size=5, dtype=np.uint32).tolist() == (
        generator.integers(1 << 30, size=5, dtype=np.uint32).tolist()
    )
    assert other.normal(size=3).tobytes() == generator.normal(size=3).tobytes()


def test_gymnasiums_own_generator_takes_few_bytes() -> None:
    generator, _ = gymnasium.utils.seeding.np_random(1)
    assert len(plain.dumps(generator_state(generator))) < 60
