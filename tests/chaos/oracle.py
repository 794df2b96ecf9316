"""What an uninterrupted Gymnasium environment replies: the reference of every comparison.

Uses nothing of the product. A state is the path of calls that leads to it from `gymnasium.make`; a reply is
computed once, by an environment that makes every call of its path in one go.
"""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gymnasium
import numpy as np


class State:
    """The state after a path of calls, and the reply of the last; equal paths are the same object."""

    def __init__(self, env_id: str, before: "State | None", call: tuple[str, Any]) -> None:
        self.env_id = env_id
        self.before = before
        self.call = call
        self.reply: dict[str, Any] = {}
        self.episode = 0
        self.steps = 0
        self.episode_return = 0.0
        self.ended = False
        self.after: dict[tuple[str, Any], State] = {}

    @property
    def progress(self) -> dict[str, Any]:
        """The progress that an instance's record shows."""
        return {
            "episode": self.episode,
            "steps": self.steps,
            "episode_return": self.episode_return,
            "ended": self.ended,
        }

    def path(self) -> list["State"]:
        """The states from the one after `make` to this."""
        path: list[State] = []
        state: State = self
        while state.before is not None:
            path.append(state)
            state = state.before
        return path[::-1]


class Oracle:
    """The states of every environment of a history. It knows `reset` and `step` with JSON values only."""

    def __init__(self) -> None:
        self._roots: dict[str, State] = {}
        self._env: gymnasium.Env[Any, Any] | None = None
        self._at: State | None = None
        """The state of the one live environment."""

    def root(self, env_id: str) -> State:
        """The state after `gymnasium.make`."""
        return self._roots.setdefault(env_id, State(env_id, None, ("make", None)))

    def next(self, state: State, op: str, body: dict[str, Any]) -> State:
        """The state after one more call: `reset` with `seed` or `step` with `action`."""
        call = (op, body.get("seed") if op == "reset" else body["action"])
        if call not in state.after:
            with _quiet():
                self._go_to(state)
                after = State(state.env_id, state, call)
                self._make(after)
            state.after[call] = after
        return state.after[call]

    def close(self) -> None:
        """Close the environment that is open."""
        if self._env is not None:
            self._env.close()
        self._env = self._at = None

    def _go_to(self, state: State) -> None:
        if self._at is state:
            return
        self.close()
        self._env = gymnasium.make(state.env_id)
        for step in state.path():
            self._make(step)
        self._at = state

    def _make(self, state: State) -> None:
        """Make the state's last call on the live environment, which is in the state before."""
        assert self._env is not None
        before = state.before
        assert before is not None
        op, value = state.call
        if op == "reset":
            observation, info = self._env.reset(seed=value)
            state.reply = {"observation": _plain(observation), "info": _plain(info)}
            state.episode = before.episode + 1
        else:
            observation, reward, terminated, truncated, info = self._env.step(value)
            state.reply = {
                "observation": _plain(observation),
                "reward": float(reward),
                "terminated": bool(terminated),
                "truncated": bool(truncated),
                "info": _plain(info),
            }
            state.episode = before.episode
            state.steps = before.steps + 1
            state.episode_return = before.episode_return + float(reward)
            state.ended = bool(terminated or truncated)
        self._at = state


def same(reply: Any, expected: Any) -> bool:
    """Whether two JSON values are equal to the last bit, the sign of zero included."""
    return json.dumps(reply, sort_keys=True) == json.dumps(expected, sort_keys=True)


def _plain(value: Any) -> Any:
    """A value of an environment as JSON has it: a float32 is the float64 of the same value."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


@contextmanager
def _quiet() -> Iterator[None]:
    """Ignore Gymnasium's warnings of steps after an episode's end, which a history has on purpose."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
