"""A vector environment that runs on the server, and whose calls are awaited."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from gymnasium_http.asynchronous.instance import AsyncInstance
from gymnasium_http.calls import playing
from gymnasium_http.interface.interface import Interface
from gymnasium_http.transport.caller import Caller


class AsyncVectorEnv(AsyncInstance):
    """A vector environment with the batches, infos and autoreset of `gymnasium.vector.SyncVectorEnv`, awaited."""

    action_space: Space[Any]
    observation_space: Space[Any]
    single_action_space: Space[Any]
    single_observation_space: Space[Any]

    def __init__(self, connection: Caller, instance_id: str, interface: Interface) -> None:
        """Use `make_vec_async` or `attach_async`."""
        super().__init__(connection, instance_id, interface)
        self.autoreset_mode: AutoresetMode = interface.metadata["autoreset_mode"]
        self.num_envs = interface.num_envs or 1

    async def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode in all sub-environments, or in those that `options["reset_mask"]` selects.

        Args:
            seed: The seed of the first sub-environment; the others get the numbers after it. Or one seed for each.
            options: As the environments document them. Arrays arrive as lists.

        Raises:
            InvalidValue: a seed or an option cannot be used.
            EnvironmentRaised: an environment raised an exception.
        """
        return await playing.reset(self, seed, options)

    async def step(
        self, actions: Any
    ) -> tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Apply one action in each sub-environment. A call that is made again after an error is applied once.

        Raises:
            InvalidAction: they are not in the batched action space. Nothing was applied.
            ResetNeeded: the environments were not reset yet.
            EnvironmentRaised: an environment raised an exception. Nothing was applied.
            ServerGone: no reply came. Make the same call again when the server is back.
        """
        return await playing.step(self, actions)
