"""What an environment is made from: everything that the client said at creation.

The header of every snapshot has the recipe, so that constants (spaces, models, tables) are rebuilt and not stored.
"""

import math
from typing import Any, Literal

import msgspec

AutoresetMode = Literal["NextStep", "SameStep", "Disabled"]
"""The values of `gymnasium.vector.AutoresetMode`."""


_REPEATS = {
    "RepeatAction": "num_repeats",
    "MaxAndSkipObservation": "skip",
    "AtariPreprocessing": "frame_skip",
}
"""Wrappers of Gymnasium that step more than once, and the argument that says how often."""


class WrapperRecipe(msgspec.Struct, frozen=True, omit_defaults=True):
    """A wrapper of `gymnasium.wrappers` by name, with its arguments after `env`."""

    name: str
    kwargs: dict[str, Any] = {}


class Recipe(msgspec.Struct, frozen=True, omit_defaults=True):
    """The arguments of `gymnasium.make`, the wrappers around the environment, innermost first, and a seed."""

    env_id: str
    render_mode: str | None = None
    kwargs: dict[str, Any] = {}
    max_episode_steps: int | None = None
    wrappers: tuple[WrapperRecipe, ...] = ()
    autoreset: AutoresetMode = "Disabled"
    num_envs: int | None = None
    """The number of environments in a `gymnasium.vector.SyncVectorEnv`; None if it is not a vector."""
    seed: int | None = None
    """Seeds the outermost spaces, and the first reset if that has no seed of its own."""

    @property
    def make(self) -> bytes:
        """What two environments have in common whose states alone differ: everything but the seed."""
        return msgspec.msgpack.encode(msgspec.structs.replace(self, seed=None))

    @property
    def draws(self) -> bool:
        """Whether `render` returns frames. `human` returns none, and here it opens no window either."""
        return self.render_mode not in (None, "human")

    @property
    def resets_itself(self) -> bool:
        """Whether a step may be a reset."""
        return self.autoreset != "Disabled" or any(wrapper.name == "Autoreset" for wrapper in self.wrappers)

    @property
    def repeats(self) -> int:
        """The most steps of the innermost environment that wrappers make of one step."""
        counts = (each.kwargs.get(_REPEATS[each.name], 1) for each in self.wrappers if each.name in _REPEATS)
        return math.prod(count for count in counts if isinstance(count, int))
