"""Environments of every kind of space and every type in infos; imported by the server and by the tests."""

import enum
import math
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces


def every_space() -> spaces.Dict:
    """A space with a part of every kind that Gymnasium has, and some within others."""

    def box() -> spaces.Box:
        return spaces.Box(np.array([-1, -np.inf], np.float32), np.array([2, np.inf], np.float32))

    return spaces.Dict(
        {
            "discrete": spaces.Discrete(5, start=-2),
            "small discrete": spaces.Discrete(3, dtype=np.int8),
            "box": box(),
            "half": spaces.Box(-1, 1, (2, 3), np.float16),
            "pixels": spaces.Box(0, 255, (4, 5, 3), np.uint8),
            "flags": spaces.MultiBinary([2, 3]),
            "multi discrete": spaces.MultiDiscrete(np.array([[2, 3], [4, 5]]), start=np.array([[0, 1], [2, 3]])),
            "text": spaces.Text(6, min_length=1, charset="añ☃z"),
            "tuple": spaces.Tuple([spaces.Discrete(2), spaces.Dict({"b": box(), "a": spaces.Text(2)})]),
            "sequence": spaces.Sequence(spaces.Box(0, 1, (2,))),
            "stacked": spaces.Sequence(spaces.Discrete(7), stack=True),
            "graph": spaces.Graph(spaces.Box(-1, 1, (2,)), spaces.Discrete(3)),
            "one of": spaces.OneOf([spaces.Discrete(3), spaces.Box(0, 1, (2,))]),
        }
    )


class EverySpaceEnv(gymnasium.Env[dict[str, Any], dict[str, Any]]):
    """Shows a sample of its space, and in the info what it was told, in every type that an info may have."""

    metadata = {"render_modes": ["ansi"], "render_fps": 7, "sizes": (1, 2)}  # noqa: RUF012

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.observation_space = every_space()
        self.action_space = every_space()
        self.steps = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        if seed is not None:
            self.observation_space.seed(seed)
        self.steps = 0
        return self.observation_space.sample(), {"options": options}

    def step(self, action: dict[str, Any]) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        self.steps += 1
        info = {
            "told": action,
            "scalar": np.float32(0.1) * np.float32(self.steps),
            "double": self.np_random.standard_normal(),
            "integer": np.int16(-self.steps),
            "flag": np.bool(self.steps % 2),
            "big": 3**self.steps,
            "complex": 1j * self.steps,
            "not finite": [math.nan, math.inf, -math.inf],
            "tuple": (1, (2, [3.0])),
            "keys": {1: "int", ("a", 2): "tuple", "1": None},
            "set": {self.steps, -1},
            "bytes": b"\0\xff",
            "words": np.array(["a", "bcd"]),
            "time": np.datetime64("2026-01-31T12:00:00", "s"),
            "objects": np.array([None, {"x": np.zeros(2)}], object),
            "array": np.arange(3, dtype=np.int8) * np.int8(2),
        }
        return self.observation_space.sample(), np.float64(self.steps) / 3, self.steps >= 60, False, info

    def render(self) -> str:
        """Text, which is the shortest picture."""
        return f"step {self.steps} ☃"


class FailingEnv(gymnasium.Env[Any, Any]):
    """Its action 1 raises, once a reset has made it brittle."""

    def __init__(self) -> None:
        self.action_space = spaces.Discrete(2)
        self.observation_space = spaces.Discrete(100)
        self.steps = 0
        self.brittle = False

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.steps = 0
        self.brittle = bool(options)
        return 0, {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        if action == 1 and self.brittle:
            raise ZeroDivisionError("the robot fell")
        self.steps += 1
        return self.steps, 1.0, False, False, {}


class SumEnv(gymnasium.Env[Any, Any]):
    """Shows the sum of its actions, which tells a reply from any other's."""

    metadata = {"render_modes": ["ansi"]}  # noqa: RUF012

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.action_space = spaces.Discrete(10_000)
        self.observation_space = spaces.Discrete(10_000_000)
        self.sum = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.sum = 0
        return self.sum, {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.sum += int(action)
        return self.sum, 1.0, False, False, {}

    def render(self) -> str:
        """The sum, in text."""
        return str(self.sum)


class Part(str, enum.Enum):  # noqa: UP042  as packages of before Python 3.11 write it
    """Names of parts of an observation, which are text and more."""

    WHEEL = "wheel"
    ARM = "arm"


class UnsortedEnv(gymnasium.Env[Any, Any]):
    """Names its parts by members of an Enum, in an order that is not the alphabet's."""

    def __init__(self) -> None:
        parts: Any = {Part.WHEEL: spaces.Box(-9, 9, (2,)), Part.ARM: spaces.Box(-9, 9, (3,))}
        self.observation_space = spaces.Dict(parts, sort_keys=False)
        self.action_space = spaces.Dict({Part.WHEEL: spaces.Discrete(3), Part.ARM: spaces.Discrete(2)})
        self.wheel, self.arm = 0, 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.wheel, self.arm = 0, 0
        return self._observed(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.wheel += int(action[Part.WHEEL])
        self.arm += int(action[Part.ARM])
        return self._observed(), 1.0, False, False, {}

    def _observed(self) -> dict[Part, Any]:
        return {Part.WHEEL: np.full(2, self.wheel, np.float32), Part.ARM: np.full(3, self.arm, np.float32)}


class Wheel(spaces.Space[Any]):
    """A space that is none of Gymnasium's."""

    def __init__(self) -> None:
        super().__init__((), np.int64)

    def sample(self, mask: Any = None, probability: Any = None) -> int:
        return int(self.np_random.integers(9))

    def contains(self, x: Any) -> bool:
        return 0 <= int(x) < 9

    @property
    def is_np_flattenable(self) -> bool:
        return False


class ChangingSpaceEnv(SumEnv):
    """Has an action more in every episode and at every tenth of its sum, and shows how many."""

    def __init__(self) -> None:
        super().__init__()
        self.actions = 2
        self._describe()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        self._grow()
        return super().reset(seed=seed)

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        _, *rest = super().step(action)
        if self.sum >= 10:
            self.sum = 0
            self._grow()
        return self.actions, *rest  # type: ignore[return-value]

    def _grow(self) -> None:
        self.actions += 1
        self._describe()

    def _describe(self) -> None:
        self.action_space = spaces.Discrete(self.actions)
        self.observation_space = spaces.Discrete(self.actions + 1)


class OwnSpaceEnv(SumEnv):
    """Shows the sum within a space of its own class."""

    def __init__(self) -> None:
        super().__init__()
        self.observation_space = Wheel()


gymnasium.register("EverySpace-v0", f"{__name__}:EverySpaceEnv", max_episode_steps=50)
gymnasium.register("Failing-v0", f"{__name__}:FailingEnv")
gymnasium.register("Sum-v0", f"{__name__}:SumEnv")
gymnasium.register("Unsorted-v0", f"{__name__}:UnsortedEnv")
gymnasium.register("OwnSpace-v0", f"{__name__}:OwnSpaceEnv")
gymnasium.register("ChangingSpace-v0", f"{__name__}:ChangingSpaceEnv")
