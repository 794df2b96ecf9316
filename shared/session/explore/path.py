"""The way of one sequence of actions, from where it begins: how far it was walked, and what it has come to."""

from copy import copy, deepcopy
from typing import Any

import numpy as np

from shared.session.explore.future import Column, Future
from shared.session.explore.sequences import Actions
from shared.snapshot.contract.returned import reward_of
from shared.wire.values.detached import detached


class Path:
    """How far one sequence was walked, and what it has come to so far."""

    __slots__ = (
        "depth",
        "ended",
        "factor",
        "info",
        "observation",
        "rewards",
        "terminated",
        "total",
        "truncated",
    )

    def __init__(self, *, ended: bool) -> None:
        self.ended = ended
        self.depth = 0
        self.total: Any = 0.0
        self.factor = 1.0
        self.rewards: list[Any] = []
        self.observation: Any = None
        self.info: Any = None
        self.terminated: Any = False
        self.truncated: Any = False

    def twin(self) -> "Path":
        """A path that goes on from here by itself."""
        twin = copy(self)
        twin.rewards = [*self.rewards]
        twin.observation = twin.info = None  # another sequence goes on, so these are never told
        return twin

    def future(self, actions: Actions, include: frozenset[Column]) -> Future:
        """What it has come to, in copies."""
        return Future(
            self.depth,
            self.total,
            detached(self.terminated),
            detached(self.truncated),
            detached(self.observation) if "observations" in include else None,
            detached(self.info) if "infos" in include else None,
            [*actions[: self.depth]] if "actions" in include else None,
            self.rewards if "rewards" in include else None,
        )


def own(action: Any) -> Any:
    """An action that the environment may change."""
    if isinstance(action, np.generic):
        return action
    return action.copy() if type(action) is np.ndarray else deepcopy(action)


def gain(reward: Any, vector: bool) -> Any:
    """A reward as what can be added up."""
    if vector:
        return np.asarray(reward, np.float64)
    gained = reward_of(reward)
    return 0.0 if gained is None else gained
