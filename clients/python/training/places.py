"""Where a trainer's environments are: in its own process, or on a server."""

from collections.abc import Callable
from typing import Any

import gymnasium
import gymnasium_http
from gymnasium.vector import AutoresetMode
from gymnasium_http import Connection

from training.recording import Recording

ENV_ID = "CartPole-v1"


class Place:
    """Makes environments of one place, and closes them."""

    def __init__(
        self,
        make: Callable[..., gymnasium.Env[Any, Any]],
        make_vec: Callable[..., gymnasium.vector.VectorEnv[Any, Any, Any]],
    ) -> None:
        self.recording = Recording()
        """Of all calls on the environments that were made here."""
        self._make, self._make_vec = make, make_vec
        self._made: list[Any] = []

    def make(self) -> gymnasium.Env[Any, Any]:
        """An environment."""
        env = self._make(ENV_ID)
        self._keep(env)
        return env

    def make_vec(
        self, num_envs: int, autoreset: AutoresetMode = AutoresetMode.NEXT_STEP
    ) -> gymnasium.vector.VectorEnv[Any, Any, Any]:
        """A vector of environments, with what happens after the end of an episode."""
        envs = self._make_vec(ENV_ID, num_envs, autoreset)
        self._keep(envs)
        return envs

    def close(self) -> None:
        """Close what was made, also where the trainer has done so."""
        for env in self._made:
            env.close()

    def _keep(self, env: Any) -> None:
        self._made.append(env)
        self.recording.follow(env)


def in_process() -> Place:
    """Environments of Gymnasium itself."""

    def make_vec(
        env_id: str, num_envs: int, autoreset: AutoresetMode
    ) -> gymnasium.vector.VectorEnv[Any, Any, Any]:
        told = {"autoreset_mode": autoreset}
        return gymnasium.make_vec(env_id, num_envs, vectorization_mode="sync", vector_kwargs=told)

    return Place(gymnasium.make, make_vec)


def on_server(url: str) -> Place:
    """Environments that the server at the address has."""
    connection = Connection(url)

    def make(env_id: str) -> gymnasium.Env[Any, Any]:
        return gymnasium_http.make(env_id, connection=connection)

    def make_vec(
        env_id: str, num_envs: int, autoreset: AutoresetMode
    ) -> gymnasium.vector.VectorEnv[Any, Any, Any]:
        return gymnasium_http.make_vec(env_id, num_envs, connection=connection, autoreset=autoreset)

    return Place(make, make_vec)
