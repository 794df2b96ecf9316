"""A `gymnasium.vector.VectorEnv` on the server, with one call per step for all sub-environments."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from gymnasium.utils import seeding
from gymnasium.vector import VectorEnv
from numpy.typing import NDArray

from gymnasium_http.blocking import BlockingInstance
from gymnasium_http.calls import playing
from gymnasium_http.errors import NotServed
from gymnasium_http.interface.interface import Interface
from gymnasium_http.transport.blocking import run
from gymnasium_http.transport.connection import Connection


class HTTPVectorEnv(BlockingInstance, VectorEnv[Any, Any, NDArray[Any]]):
    """A vector environment with the batches, infos and autoreset of `gymnasium.vector.SyncVectorEnv`."""

    def __init__(self, connection: Connection, instance_id: str, interface: Interface) -> None:
        """Use `make_vec` or `attach`."""
        super().__init__(connection, instance_id, interface)
        self.autoreset_mode = interface.metadata["autoreset_mode"]
        self.num_envs = interface.num_envs or 1

    def __del__(self) -> None:
        """Do nothing: `VectorEnv` would close what is dropped, and this stays on the server until it is closed."""

    def reset(
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
        observations, infos = run(playing.reset(self, seed, options))
        first = seed[0] if isinstance(seed, Sequence) else seed
        if first is not None:
            self._np_random, self._np_random_seed = seeding.np_random(int(first))
        return observations, infos

    def step(
        self, actions: Any
    ) -> tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Apply one action in each sub-environment.

        Raises:
            InvalidAction: they are not in the batched action space. Nothing was applied.
            ResetNeeded: the environments were not reset yet.
            EnvironmentRaised: an environment raised an exception. Nothing was applied.
            ServerGone: no reply came. Make the same call again when the server is back.
        """
        return run(playing.step(self, actions))

    def render(self) -> tuple[Any, ...] | None:
        """The picture of every environment; None without a render mode."""
        pictures: tuple[Any, ...] | None = run(playing.render(self))
        return pictures

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """The attribute of every environment, or what its method returns, as far as the API tells it.

        Args:
            name: `render`, `render_mode`, `metadata`, `spec`, `action_space` or `observation_space`.
            *args: None of these takes any.
            **kwargs: None of these takes any.

        Raises:
            NotServed: it is another name.
        """
        if name == "render" and not (args or kwargs):
            return self.render() or (None,) * self.num_envs
        one = {
            "render_mode": self.render_mode,
            "metadata": {name: value for name, value in self.metadata.items() if name != "autoreset_mode"},
            "spec": self.spec,
            "action_space": self.single_action_space,
            "observation_space": self.single_observation_space,
        }
        if name not in one:
            raise NotServed(
                f"The environments' {name!r} is on the server, and the API has no call for it; what can be asked "
                f"for is render, {', '.join(one)}."
            )
        return tuple(deepcopy(one[name]) for _ in range(self.num_envs))

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """The attribute of every environment, for the names that `call` takes.

        Raises:
            NotServed: it is another name.
        """
        return self.call(name)

    def set_attr(self, name: str, values: Any) -> None:
        """Refuse: the API sets no attributes.

        Raises:
            NotServed: always.
        """
        raise NotServed(
            f"The environments' {name!r} is on the server, and the API has no call that sets it; pass it to "
            "make_vec if it is an argument of the constructor, or in the options of reset."
        )

    def close(self, **kwargs: Any) -> None:
        """Delete the environments on the server. Closing again does nothing."""
        BlockingInstance.close(self)
