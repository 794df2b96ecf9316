"""What an instance has been through, counted call by call."""

from typing import Any

import numpy as np

from shared.session.stored.envelope import Progress
from shared.snapshot.contract.recipe import Recipe


class ProgressCounter:
    """A `Progress` that grows; one object, since 10,000 steps of one call would make as many."""

    __slots__ = ("_autoreset", "_vector", "ended", "episode", "episode_return", "statistics", "steps")

    def __init__(self, recipe: Recipe, progress: Progress) -> None:
        self._vector = recipe.num_envs is not None
        # A vector's environments have episodes of their own; counted is what all of them did.
        self._autoreset = "Disabled" if self._vector else recipe.autoreset
        self.go_on_from(progress)

    @property
    def progress(self) -> Progress:
        """The count so far."""
        return Progress(self.episode, self.steps, self.episode_return, self.ended, self.statistics)

    def go_on_from(self, progress: Progress) -> None:
        """Count from here."""
        self.episode, self.steps, self.episode_return, self.ended, self.statistics = (
            progress.episode,
            progress.steps,
            progress.episode_return,
            progress.ended,
            progress.statistics,
        )

    def reset(self) -> None:
        """An episode has begun."""
        self.go_on_from(Progress(self.episode + 1, statistics=self.statistics))

    def step(self, reward: Any, terminated: Any, truncated: Any) -> None:
        """A step has been made; a vector's three are batches."""
        if self._vector:
            reward, terminated, truncated = np.sum(reward), np.all(np.logical_or(terminated, truncated)), False
        was, ended = self.ended, bool(terminated or truncated)
        self.ended = ended
        if was or ended:
            if not was and self.statistics is not None:
                self.statistics = self.statistics.after(self.steps + 1, self.episode_return + float(reward))
            if (ended and self._autoreset == "SameStep") or (was and self._autoreset == "NextStep"):
                self.reset()
                return
        self.steps += 1
        self.episode_return += float(reward)
