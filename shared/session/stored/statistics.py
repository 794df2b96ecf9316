"""What a monitor keeps of an instance's episodes; it is a part of the instance and saved with it."""

import time

import msgspec

LATEST_EPISODES = 1000
"""The most episodes that are kept one by one."""


class Episode(msgspec.Struct, frozen=True, array_like=True):
    """One episode that ended."""

    steps: int
    episode_return: float
    """The undiscounted sum of its rewards."""
    ended: float
    """Seconds since the epoch."""


class Statistics(msgspec.Struct, frozen=True, array_like=True):
    """Episodes that ended while the monitor ran; one that was reset before its end is not among them."""

    running: bool = True
    episodes: int = 0
    """How many there were."""
    latest: tuple[Episode, ...] = ()
    """The last of them, oldest first."""

    def after(self, steps: int, episode_return: float) -> "Statistics":
        """These with an episode that ended now, if the monitor runs."""
        if not self.running:
            return self
        episode = Episode(steps, episode_return, time.time())
        return Statistics(True, self.episodes + 1, (*self.latest[1 - LATEST_EPISODES :], episode))

    def stopped(self) -> "Statistics":
        """These, to which nothing is added any more."""
        return msgspec.structs.replace(self, running=False)

    def resumed(self) -> "Statistics":
        """These, to which is added again."""
        return msgspec.structs.replace(self, running=True)
