"""Episodes, steps and returns of an instance, counted by the server call by call."""

from typing import Any

import msgspec
import numpy as np

from shared.session.stored.statistics import Statistics
from shared.snapshot.contract.recipe import Recipe


class Progress(msgspec.Struct, frozen=True, array_like=True):
    """What an instance has been through, whatever the environment itself counts. Append-only, as `Header`."""

    episode: int = 0
    """Episodes begun; 0 before the first reset."""
    steps: int = 0
    """Steps in this episode."""
    episode_return: float = 0.0
    """Undiscounted sum of this episode's rewards; with `num_envs`, the sum over all of its environments."""
    ended: bool = False
    """Whether the last step terminated or truncated the episode."""
    statistics: Statistics | None = None
    """What the monitor recorded; None if it was never started."""


class ProgressCounter:
    """A mutable `Progress`: one object for a call of 10,000 steps, instead of 10,000."""

    __slots__ = ("_autoreset", "_vector", "ended", "episode", "episode_return", "statistics", "steps")

    def __init__(self, recipe: Recipe, progress: Progress) -> None:
        self._vector = recipe.num_envs is not None
        # The environments of a vector begin and end their episodes apart; what is counted is their sum.
        self._autoreset = "Disabled" if self._vector else recipe.autoreset
        self.resume_from(progress)

    @property
    def progress(self) -> Progress:
        """The count so far."""
        return Progress(self.episode, self.steps, self.episode_return, self.ended, self.statistics)

    def resume_from(self, progress: Progress) -> None:
        """Set the count to `progress`."""
        self.episode, self.steps, self.episode_return, self.ended, self.statistics = (
            progress.episode,
            progress.steps,
            progress.episode_return,
            progress.ended,
            progress.statistics,
        )

    def reset(self) -> None:
        """Count the beginning of an episode."""
        self.resume_from(Progress(self.episode + 1, statistics=self.statistics))

    def step(self, reward: Any, terminated: Any, truncated: Any) -> None:
        """Count one step. For a vector all three are arrays of shape `(num_envs,)`."""
        if self._vector:
            reward, terminated, truncated = np.sum(reward), np.all(np.logical_or(terminated, truncated)), False
        was_over, ended = self.ended, bool(terminated or truncated)
        self.ended = ended
        if was_over or ended:
            if not was_over and self.statistics is not None:
                self.statistics = self.statistics.after(self.steps + 1, self.episode_return + float(reward))
            if (ended and self._autoreset == "SameStep") or (was_over and self._autoreset == "NextStep"):
                self.reset()
                return
        self.steps += 1
        self.episode_return += float(reward)
