"""A `gymnasium.vector.VectorEnv` on the server: one call a step for all of its environments."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.utils import seeding
from gymnasium.vector import VectorEnv
from numpy.typing import NDArray

from gymnasium_http.connection import Connection
from gymnasium_http.instance import Instance
from gymnasium_http.interface import Interface


class HTTPVectorEnv(Instance, VectorEnv[Any, Any, NDArray[Any]]):
    """What `gymnasium.vector.SyncVectorEnv` is in process: batches, infos and autoreset are the same.

    `metadata["autoreset_mode"]` says what follows an episode's end.
    """

    def __init__(self, connection: Connection, instance_id: str, interface: Interface) -> None:
        """Use `make_vec` or `attach`."""
        super().__init__(connection, instance_id, interface)
        self.spec = interface.spec
        self.metadata = interface.metadata
        self.render_mode = interface.render_mode
        self.num_envs = interface.num_envs or 1
        self.action_space = interface.spaces["action_space"]
        self.observation_space = interface.spaces["observation_space"]
        self.single_action_space = interface.spaces["single_action_space"]
        self.single_observation_space = interface.spaces["single_observation_space"]

    def __del__(self) -> None:
        """Nothing: `VectorEnv` closes what nobody holds any more, and here it lives on until it is closed."""

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode in all environments, or in those that `options["reset_mask"]` names.

        Args:
            seed: Of the first environment, each other having one more than that before it; or one for each.
            options: As the environments document them. Arrays reach the environments as lists.

        Raises:
            InvalidValue: a seed or an option cannot be used.
            EnvironmentRaised: an environment's own exception.
        """
        observations, infos = self._reset(seed, options)
        first = seed[0] if isinstance(seed, Sequence) else seed
        if first is not None:
            self._np_random, self._np_random_seed = seeding.np_random(int(first))
        return observations, infos

    def step(
        self, actions: Any
    ) -> tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Apply one action in each environment.

        Raises:
            InvalidAction: they are no member of the batched action space; nothing was applied.
            ResetNeeded: the environments were not reset yet.
            EnvironmentRaised: an environment's own exception; nothing was applied.
            ServerGone: no reply came; the same call can be made again when the server is back.
        """
        return self._step(actions)

    def render(self) -> tuple[Any, ...] | None:
        """The picture of every environment; None without a render mode."""
        return None if self.render_mode in (None, "human") else self._render()

    def close(self, **kwargs: Any) -> None:
        """Delete the environments on the server; closing again does nothing."""
        Instance.close(self)
