"""A call as a value does to an environment what the method of its name does."""

from typing import Any

import gymnasium
import numpy as np
import pytest

from shared.snapshot.contract.calls import Call, Render, Reseed, Reset, Sample, Step, perform
from shared.snapshot.contract.digest import digest


def cart() -> Any:
    env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
    env.action_space.seed(1)
    env.observation_space.seed(1)
    env.reset(seed=1)
    return env


@pytest.mark.parametrize(
    ("call", "method"),
    [
        (Reset(5), lambda env: env.reset(seed=5)),
        (Reset(options={"low": -0.01, "high": 0.01}), lambda env: env.reset(options={"low": -0.01, "high": 0.01})),
        (Step(np.int64(1)), lambda env: env.step(1)),
        (Render(), lambda env: env.render()),
        (Sample("action_space"), lambda env: env.action_space.sample()),
        (Sample("observation_space"), lambda env: env.observation_space.sample()),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_call_returns_what_the_method_returns(call: Call, method: Any) -> None:
    assert digest(perform(cart(), call)) == digest(method(cart()))


def test_reseeding_is_a_function_of_entropy_and_spawn_key_and_marks_the_seed_unknown() -> None:
    def draws(entropy: int, *spawn_key: int) -> list[float]:
        env = cart()
        assert perform(env, Reseed(entropy, spawn_key)) is None
        assert env.unwrapped.np_random_seed == -1
        spaces = [env.action_space, env.observation_space]
        return [float(each.np_random.random()) for each in (env.unwrapped, *spaces)]

    first = draws(7, 0)
    assert first == draws(7, 0)
    assert len({*first, *draws(7, 1), *draws(8, 0)}) == 9


def test_the_environments_exception_passes() -> None:
    with pytest.raises(gymnasium.error.ResetNeeded):
        perform(gymnasium.make("CartPole-v1"), Step(0))
