"""Environments that return what Gymnasium does not name, as packages do; importing this module registers them."""

import enum
from fractions import Fraction
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, Tuple

REWARDS: tuple[Any, ...] = (
    0.5,
    np.array([1.0, -1.0]),
    [1, -1],
    np.array([1.0], np.float32),
    None,
    Fraction(1, 4),
    np.float32(0.25),
    True,
)
"""The reward of each action; the second is as MO-Gymnasium gives it, the third as rware does."""


class Place(enum.Enum):
    """Keys that are no text."""

    NORTH = "north"


class Counts(gymnasium.Env[Any, Any]):
    """Counts its steps; the others differ in what they return of it."""

    def __init__(self) -> None:
        self.action_space: Any = Discrete(2)
        self.observation_space: Any = Box(-99, 99, (1,), np.float32)
        self.steps = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self.steps = 0
        return self.seen(), {}

    def step(self, action: Any) -> Any:
        self.steps += 1
        return self.seen(), 1.0, False, False, {}

    def seen(self) -> Any:
        return np.array([self.steps], np.float32)


class Rewarded(Counts):
    """Its reward is of the kind that the action names."""

    def __init__(self) -> None:
        super().__init__()
        self.action_space = Discrete(len(REWARDS))

    def step(self, action: Any) -> Any:
        observation, _, *rest = super().step(action)
        return observation, REWARDS[int(action)], *rest


class TwoAgents(Counts):
    """A reward and flags for each of two agents; the first ends in the first step, the second in the third."""

    def step(self, action: Any) -> Any:
        observation, *_ = super().step(action)
        ended = [self.steps >= 1, self.steps >= 3]
        return observation, [1.0, 2.0], ended, [False, False], {}


class RewardByName(Counts):
    """A reward for each agent by name, which nothing here can sum."""

    def step(self, action: Any) -> Any:
        observation, _, *rest = super().step(action)
        return observation, {"agent_0": 1.0}, *rest


class FourValues(Counts):
    """Returns what `step` returned before Gymnasium."""

    def step(self, action: Any) -> Any:
        return self.seen(), 1.0, False, {}


class OddInfo(Counts):
    """An info of values that not every encoder takes."""

    def step(self, action: Any) -> Any:
        info = {
            "masked": np.ma.array([1.0, np.inf, 2.0], mask=[False, False, True]),
            "long": np.longdouble(1) / 3,
            "longs": np.array([1, 2], np.longdouble) / 3,
            "records": np.array([(1, 0.5)], np.dtype([("a", np.int8), ("b", np.float64)], align=True)),
            Place.NORTH: 1,
            (0, 1): 2,
            3: 3,
        }
        return (*super().step(action)[:4], info)


class GridKeys(Counts):
    """An observation by cell."""

    def __init__(self) -> None:
        super().__init__()
        self.observation_space = Dict([((0, 1), Discrete(99)), (0.5, Discrete(99)), (7, Discrete(99))])  # type: ignore[list-item]

    def seen(self) -> Any:
        return {(0, 1): np.int64(self.steps), 0.5: np.int64(1), 7: np.int64(2)}


class KeysOfOneText(Counts):
    """A Dict whose two keys JSON cannot tell apart."""

    def __init__(self) -> None:
        super().__init__()
        self.observation_space = Tuple([Dict([(1, Discrete(9)), ("1", Discrete(9))])])  # type: ignore[list-item]

    def seen(self) -> Any:
        return ({1: np.int64(0), "1": np.int64(1)},)


class Unspeakable(Exception):
    """An exception that cannot be told."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


ENDINGS: tuple[BaseException, ...] = (
    SystemExit(1),
    KeyboardInterrupt(),
    Unspeakable(),
    ValueError("name \udcff.txt"),
    GeneratorExit(),
    StopIteration(),
    StopAsyncIteration(),
)


class Raises(Counts):
    """Ends its step with the exception that the action names; the last action is a step."""

    def __init__(self) -> None:
        super().__init__()
        self.action_space = Discrete(len(ENDINGS) + 1)

    def step(self, action: Any) -> Any:
        if action < len(ENDINGS):
            raise ENDINGS[action]
        return super().step(action)


class EndsInItsConstructor(Counts):
    """Leaves the process in its constructor, as scripts do that find no licence."""

    def __init__(self) -> None:
        raise SystemExit("no licence")


def _register() -> None:
    for name, value in [*globals().items()]:
        if isinstance(value, type) and issubclass(value, gymnasium.Env) and value is not gymnasium.Env:
            gymnasium.register(f"odd/{name}-v0", f"{__name__}:{name}")


_register()
