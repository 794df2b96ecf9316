"""Episodes, steps and returns of an instance, as they are stored."""

import msgspec

from shared.session.stored.statistics import Statistics, VectorReturn


class Progress(msgspec.Struct, frozen=True, array_like=True):
    """What an instance has been through, whatever the environment itself counts. Append-only, as `Header`."""

    episode: int = 0
    """Episodes begun; 0 before the first reset."""
    steps: int = 0
    """Steps in this episode."""
    episode_return: float = 0.0
    """Undiscounted sum of this episode's rewards, over all of their numbers where they are several.

    With `num_envs`, the sum over all of its environments. A reward of None counts nothing.
    """
    ended: bool = False
    """Whether the last step terminated or truncated the episode."""
    statistics: Statistics | None = None
    """What the monitor recorded; None if it was never started."""
    vector_return: VectorReturn = ()
    """The same sum number by number, where every reward of the episode was a list of equally many; else empty."""
