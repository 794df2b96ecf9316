"""CartPole on OpenEnv's own server, as its documentation has one write it. Runs where that package is."""

from typing import Any

import gymnasium
from openenv.core.env_server import Environment, create_app
from openenv.core.env_server.types import Action, Observation, State


class CartPoleAction(Action):  # type: ignore[misc]  # known where it runs
    action: int


class CartPoleObservation(Observation):  # type: ignore[misc]
    observation: list[float]
    terminated: bool = False
    truncated: bool = False


class CartPole(Environment[CartPoleAction, CartPoleObservation, State]):  # type: ignore[misc]
    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self) -> None:
        super().__init__()
        self._env = gymnasium.make("CartPole-v1")
        self._state = State()

    def reset(self, seed: int | None = None, episode_id: str | None = None, **_: Any) -> CartPoleObservation:
        observation, _info = self._env.reset(seed=seed)
        self._state = State(episode_id=episode_id)
        return CartPoleObservation(observation=observation.tolist(), done=False)

    def step(self, action: CartPoleAction, timeout_s: float | None = None, **_: Any) -> CartPoleObservation:
        observation, reward, terminated, truncated, _info = self._env.step(action.action)
        self._state.step_count += 1
        return CartPoleObservation(
            observation=observation.tolist(),
            reward=float(reward),
            done=terminated or truncated,
            terminated=terminated,
            truncated=truncated,
        )

    @property
    def state(self) -> State:
        return self._state


app = create_app(CartPole, CartPoleAction, CartPoleObservation, env_name="CartPole-v1", max_concurrent_envs=256)
