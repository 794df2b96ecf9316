"""A `gymnasium.Env` whose environment runs on the server."""

from typing import Any, SupportsFloat

import gymnasium
import numpy as np
from gymnasium.utils import seeding

from gymnasium_http.blocking import BlockingInstance
from gymnasium_http.calls import playing
from gymnasium_http.errors import NotServed
from gymnasium_http.transport.blocking import run


class HTTPEnv(BlockingInstance, gymnasium.Env[Any, Any]):
    """The environment that `gymnasium.make` returns, with the same values, types, errors and episodes.

    `np_random` is a generator of the client, for wrappers that draw from it. `reset(seed=...)` seeds it like the
    environment's, but the environment's draws do not advance it.
    """

    metadata: dict[str, Any] = {}  # noqa: RUF012  declared so by gymnasium.Env; instances have their own

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode. Arrays in `options` reach the environment as lists.

        Raises:
            InvalidValue: the seed or an option cannot be used.
            EnvironmentRaised: the environment raised an exception.
        """
        observation, info = run(playing.reset(self, seed, options))
        if seed is not None:
            self._np_random, self._np_random_seed = seeding.np_random(int(seed))
        return observation, info

    def step(self, action: Any) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:
        """Apply one action. A call that is retried, here or by the caller after an error, is applied once.

        Raises:
            InvalidAction: it is not in the action space. The environment is unchanged.
            ResetNeeded: the environment was not reset yet.
            EnvironmentRaised: the environment raised an exception.
            ServerGone: no reply came. Make the same call again when the server is back.
        """
        return run(playing.step(self, action))

    def render(self) -> Any:
        """What the environment's `render` returns; None without a render mode.

        Raises:
            NotRenderable: the picture cannot be sent.
        """
        return run(playing.render(self))

    def set_wrapper_attr(self, name: str, value: Any, *, force: bool = True) -> bool:
        """Set an attribute that this object has; `gymnasium.Wrapper.set_wrapper_attr` ends here.

        Raises:
            NotServed: it would be an attribute of the environment, which is on the server.
        """
        if force and not hasattr(self, name):
            raise NotServed(
                f"The environment's {name!r} is on the server, and the API has no call that sets it; pass it to "
                "make if it is an argument of the constructor, or in the options of reset."
            )
        return super().set_wrapper_attr(name, value, force=force)

    @property
    def np_random_seed(self) -> int:
        """The seed of the last reset that had one; -1 before, when the server drew the seed."""
        return -1 if self._np_random_seed is None else self._np_random_seed

    @property
    def np_random(self) -> np.random.Generator:
        """The client's generator."""
        if self._np_random is None:
            self._np_random, _ = seeding.np_random()
        return self._np_random

    @np_random.setter
    def np_random(self, value: np.random.Generator) -> None:
        self._np_random, self._np_random_seed = value, -1
