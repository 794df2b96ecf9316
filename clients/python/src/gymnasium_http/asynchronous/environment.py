"""An environment that runs on the server, and whose calls are awaited."""

from typing import Any

from gymnasium import Space

from gymnasium_http.asynchronous.instance import AsyncInstance
from gymnasium_http.calls import playing


class AsyncEnv(AsyncInstance):
    """The environment that `make` returns, with the same values, types, errors and episodes, awaited.

    It is no `gymnasium.Env`, whose calls return when they are done, but has the `spec`, `metadata`, `render_mode`
    and spaces of one.
    """

    action_space: Space[Any]
    observation_space: Space[Any]

    async def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode. Arrays in `options` reach the environment as lists.

        Raises:
            InvalidValue: the seed or an option cannot be used.
            EnvironmentRaised: the environment raised an exception.
        """
        return await playing.reset(self, seed, options)

    async def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        """Apply one action. A call that is made again after an error or a cancellation is applied once.

        Raises:
            InvalidAction: it is not in the action space. The environment is unchanged.
            ResetNeeded: the environment was not reset yet.
            EnvironmentRaised: the environment raised an exception.
            ServerGone: no reply came. Make the same call again when the server is back.
        """
        return await playing.step(self, action)
