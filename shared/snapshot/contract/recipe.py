"""What an environment is made from.

A recipe is everything that the client said at creation. It stands in the header of every snapshot, so constants
(spaces, models, tables) are rebuilt and never stored.
"""

from typing import Any, Literal

import msgspec

AutoresetMode = Literal["NextStep", "SameStep", "Disabled"]
"""The values of `gymnasium.vector.AutoresetMode`."""


class WrapperRecipe(msgspec.Struct, frozen=True, omit_defaults=True):
    """One wrapper of `gymnasium.wrappers` by name, with its parameters after `env`."""

    name: str
    kwargs: dict[str, Any] = {}


class Recipe(msgspec.Struct, frozen=True, omit_defaults=True):
    """The arguments of `gymnasium.make`, the wrappers around it, innermost first, and the first seed."""

    env_id: str
    render_mode: str | None = None
    kwargs: dict[str, Any] = {}
    max_episode_steps: int | None = None
    wrappers: tuple[WrapperRecipe, ...] = ()
    autoreset: AutoresetMode = "Disabled"
    num_envs: int | None = None
    """How many environments a `gymnasium.vector.SyncVectorEnv` holds; None for a single one, not a vector."""
    seed: int | None = None
    """Seed of the (outermost) spaces' generators, and of the first reset if that brings none of its own."""

    @property
    def draws(self) -> bool:
        """Whether `render` gives frames. `human` draws none here, since a server has no screen."""
        return self.render_mode not in (None, "human")
