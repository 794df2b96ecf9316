"""A fixed sequence of calls on one environment, and what an environment that is never interrupted answers.

It visits what has gone wrong with snapshots: several episodes (a Box2D world keeps the earlier ones), unseeded
resets, episodes that end and episodes that are cut short, frames between steps, draws from the spaces.
"""

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shared.snapshot.codec.digest import digest_after
from shared.snapshot.codec.generators import generators_of, layers, spaces_of
from shared.snapshot.contract.calls import Call, Render, Reset, Sample, Step, perform
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.global_rng import GlobalRng
from shared.snapshot.isolation.module_state import ModuleState, modules_behind
from shared.snapshot.making.make import make

EPISODES = (1, 2, 3, 7)
"""The episodes in which snapshots are taken: a mechanism may be right in the first alone."""


@dataclass
class Scenario:
    """The calls, the digests of their results, and the places at which a snapshot is worth taking."""

    recipe: Recipe
    calls: list[Call] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    points: list[int] = field(default_factory=list)
    """How many calls precede each snapshot."""


def record(
    recipe: Recipe,
    *,
    episodes: tuple[int, ...] = EPISODES,
    steps: int = 40,
    further: int = 200,
    frames_every: int = 5,
) -> Scenario:
    """Run an uninterrupted environment through a script, and `further` calls beyond the last snapshot.

    An episode lasts `steps` steps if it does not end sooner, with a frame every `frames_every` steps. The recipe
    has a seed, so that two environments made from it agree.
    """
    recording = _Recording(recipe, frames_every)
    recording.point()
    for episode in range(1, max(episodes) + 1):
        recording.episode(episode, steps, snapshots=episode in episodes)
    end = len(recording.script.calls) + further
    while len(recording.script.calls) < end:
        recording.episode(0, steps, snapshots=False)
    return recording.script


def seeded(recipe: Recipe) -> Any:
    """A new environment that agrees with any other made here.

    The recipe's seed reaches the outermost spaces alone: a wrapper that changes a space leaves the one beneath
    it, whose generator would be drawn from the system.
    """
    with GlobalRng.of(recipe.seed).lent():
        env = make(recipe)
        for number, space in enumerate(spaces_of(env)):
            space.seed(number)
        generators_of(env)
    return env


class _Recording:
    def __init__(self, recipe: Recipe, frames_every: int) -> None:
        self.script = Scenario(recipe)
        self._frames_every = frames_every
        self._env = seeded(recipe)
        self._global_rng = GlobalRng.of(recipe.seed)
        kinds = [type(layer) for layer in layers(self._env)]
        self._names = ModuleState(modules_behind(kinds, [kind.__module__ for kind in kinds]))
        self._actions = copy.deepcopy(self._env.action_space)
        self._actions.seed(20)
        self._draws = recipe.draws
        self._goes_on = recipe.autoreset != "Disabled" or any(each.name == "Autoreset" for each in recipe.wrappers)

    def episode(self, number: int, steps: int, *, snapshots: bool) -> None:
        """Reset, step to the end or to `steps`, with frames, and a draw from the action space every seventh step.

        Where an environment resets itself, the steps go on beyond an end.
        """
        self._call(Reset(seed=7 if number == 1 else None))
        self.point(snapshots)
        for count in range(1, steps + 1):
            _, _, terminated, truncated, _ = self._call(Step(self._actions.sample()))
            if count % 7 == 0:
                self._call(Sample("action_space"))
            # Also at an episode's beginning: a hand of Blackjack is over before its fifth step.
            if self._draws and (count % self._frames_every == 0 or (count == 1 and number != 1)):
                self._call(Render())
                self.point(snapshots and count <= self._frames_every)
            self.point(snapshots and count == steps // 2)
            if np.all(np.logical_or(terminated, truncated)):
                self.point(snapshots)
                if not self._goes_on:
                    break
        self.point(snapshots)

    def point(self, wanted: bool = True) -> None:
        """Mark a snapshot here."""
        if wanted and len(self.script.calls) not in self.script.points:
            self.script.points.append(len(self.script.calls))

    def _call(self, call: Call) -> Any:
        self.script.calls.append(copy.deepcopy(call))
        # What it draws from the process is its own here, so that two environments can agree at all.
        with self._global_rng.lent(), self._names.lent():
            result = perform(self._env, call)
            generators_of(self._env)
        self.script.digests.append(digest_after(self._env, result))
        return result
