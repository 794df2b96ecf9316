"""An environment that holds one of each thing that a graph writes in a way of its own.

It holds no code: a graph with bytecode is read by one version of Python alone.
"""

import random
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete

from shared.snapshot.contract.calls import Reset, Step
from shared.snapshot.contract.mechanism import Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.graph.mechanism import OBJECT_GRAPH
from shared.snapshot.making.make import make

NOTHING = object()
RECIPE = Recipe("GraphFile/Chest-v0", autoreset="SameStep", seed=3)


class Chest(gymnasium.Env[Any, Any]):
    """An episode ends after five steps."""

    def __init__(self) -> None:
        import pygame

        self.observation_space = Box(-np.inf, np.inf, (2,), np.float64)
        self.action_space = Discrete(3)
        self.board = np.zeros((8, 8))
        self.row = self.board[2]
        self.things = np.array([self.board, NOTHING], dtype=object)
        self.sky = np.zeros((64, 64))
        self.chance = random.seed.__self__  # type: ignore[attr-defined]  # the global generator
        self.picture = pygame.Surface((4, 4))

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self.board[:] = 0
        self.count = 0
        return self._observed(), {}

    def step(self, action: Any) -> Any:
        self.count += 1
        self.row[self.count] += action + self.np_random.random() + self.chance.random()
        self.sky[self.count] = self.board.sum()
        self.picture.set_at((self.count % 4, 0), (0, self.picture.get_at((0, 0))[1] + 1, 0))
        return self._observed(), float(self.things[0].sum()), self.count >= 5, False, {}

    def _observed(self) -> Any:
        assert self.things[1] is NOTHING
        return np.array([self.board.sum(), self.picture.get_at((0, 0))[1] + self.sky.sum()])


gymnasium.register("GraphFile/Chest-v0", f"{__name__}:Chest")


def played() -> Subject:
    """A chest in its second episode."""
    subject = OBJECT_GRAPH.adopt(make(RECIPE), RECIPE)
    subject.apply(Reset(11, None))
    for action in (2, 0, 1, 2, 1, 1, 2):
        subject.apply(Step(action))
    return subject
