"""Statistics of an instance's episodes, recorded while its monitor runs and stored in its header."""

import time

import msgspec

LATEST_EPISODES = 1000
"""How many episodes are kept one by one."""


VectorReturn = tuple[float, ...]
"""A return for each objective or agent, as MO-Gymnasium and rware reward them."""


class Episode(msgspec.Struct, frozen=True, array_like=True):
    """One episode that ended. Append-only, as `Header`."""

    steps: int
    episode_return: float
    """Undiscounted sum of its rewards, as in `Progress`."""
    ended: float
    """Seconds since the epoch."""
    vector_return: VectorReturn = ()
    """The same number by number, as in `Progress`."""


class Statistics(msgspec.Struct, frozen=True, array_like=True):
    """The episodes that ended while the monitor ran. Append-only, as `Header`.

    An episode that was reset before it terminated or was truncated is not counted.
    """

    running: bool = True
    episodes: int = 0
    """How many episodes ended."""
    latest: tuple[Episode, ...] = ()
    """The last `LATEST_EPISODES` of them, oldest first."""

    def after(self, steps: int, episode_return: float, vector_return: VectorReturn = ()) -> "Statistics":
        """The statistics after one more episode, which ended now; unchanged if the monitor is stopped."""
        if not self.running:
            return self
        episode = Episode(steps, episode_return, time.time(), vector_return)
        return Statistics(True, self.episodes + 1, (*self.latest[1 - LATEST_EPISODES :], episode))

    def stopped(self) -> "Statistics":
        """The same statistics, with the monitor stopped."""
        return msgspec.structs.replace(self, running=False)

    def resumed(self) -> "Statistics":
        """The same statistics, with the monitor running again."""
        return msgspec.structs.replace(self, running=True)
