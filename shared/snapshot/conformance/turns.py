"""Two environments of one kind, played by turns in one process: each has to be as if it were alone.

What an environment keeps in its class, in a module or in native memory, another of its kind writes into. Most of
that a snapshot does not show: each alone is exact.
"""

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import msgspec
import numpy as np

from shared.errors import NotExact, SnapshotUnusable
from shared.snapshot.conformance.new_processes import HASH_SEED, new_processes
from shared.snapshot.conformance.outcome import Outcome, difference, has_raised
from shared.snapshot.conformance.run import Run, new_run
from shared.snapshot.conformance.scenario import make_seeded
from shared.snapshot.contract.calls import Call, Render, Reset, Sample, Step
from shared.snapshot.contract.mechanism import Mechanism
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.child_process import ChildEnded, in_child
from shared.snapshot.making.make import register_environments
from shared.snapshot.registry import mechanism_named

P = ParamSpec("P")
R = TypeVar("R")

_SEEDS = (11, 12)

_FIRST_ALONE = 3
"""Calls on the first environment before the second is made."""


@dataclass(frozen=True)
class Game:
    """What two environments are played through."""

    recipes: tuple[Recipe, ...]
    mechanism: str
    modules: tuple[str, ...]
    """Modules that register the environment."""
    steps: int
    """Of each environment, with a move to another environment in the middle, as after an eviction."""


@dataclass(frozen=True)
class Played:
    """The calls on one environment and what each came to."""

    calls: list[Call]
    outcomes: list[Outcome]


def check_turns(recipe: Recipe, modules: tuple[str, ...], mechanism: Mechanism, *, steps: int = 16) -> None:
    """Play two environments with other seeds and actions by turns, and compare each with one alone.

    Raises:
        NotExact: an environment came out differently beside another. The text says at which call, and in what.
        JournalFull: the mechanism cannot take so many calls. That is no difference.
        ChildEnded: the time was over.
    """
    recipes = tuple(msgspec.structs.replace(recipe, seed=seed) for seed in _SEEDS)
    game = Game(recipes, mechanism.name, modules, steps)
    with new_processes(), ThreadPoolExecutor(len(recipes)) as pool:
        together: list[Played] = _in_a_process(recipe, play_by_turns, game)
        runs = pool.map(
            lambda number: _in_a_process(recipe, play_alone, game, number, together[number].calls),
            range(len(recipes)),
        )
        alone: list[list[Outcome]] = [*runs]
    for which, played, expected in zip(("first", "second"), together, alone, strict=True):
        _compare(recipe, which, played, expected)


def play_by_turns(game: Game) -> list[Played]:
    """Play all environments in this process; each in turn makes one call."""
    register_environments(game.modules)
    players = [_Player(game, number) for number in range(len(game.recipes))]
    for _ in range(_FIRST_ALONE):
        players[0].turn()
    while any(not player.over for player in players):
        for player in players:
            player.turn()
    return [player.finished() for player in players]


def play_alone(game: Game, number: int, calls: list[Call]) -> list[Outcome]:
    """Make the calls on one of the environments, with no other in the process."""
    register_environments(game.modules)
    player = _Player(game, number)
    return [player.make(call) for call in calls]


class _Player:
    """One of the environments, which is made at its first call."""

    def __init__(self, game: Game, number: int) -> None:
        self._game = game
        self._recipe = game.recipes[number]
        self._seed = 7 + number
        self._run: Run | None = None
        self._actions: Any = None
        self._played = Played([], [])
        self._pending: list[Call] = []
        self._steps = 0

    @property
    def over(self) -> bool:
        """Whether it has made all of its steps."""
        return self._steps >= self._game.steps

    def turn(self) -> None:
        """Make the next call: a reset, steps, a sample of the action space now and then."""
        if self.over:
            return
        if not self._played.calls:
            self.make(Reset(seed=self._seed))
            return
        call = self._pending.pop() if self._pending else Step(self._actions.sample())
        came = self.make(call)
        if not isinstance(call, Step):
            return
        self._steps += 1
        if has_raised(came) or self._ended or self._steps == self._game.steps * 3 // 4:
            self._pending.append(Reset())
        if self._steps % 4 == 0:
            self._pending += [Sample("action_space")] + [Render()] * self._recipe.draws

    def make(self, call: Call) -> Outcome:
        """Make the call on the environment, which halfway is another one, restored from the first."""
        if self._run is None:
            self._run = new_run(mechanism_named(self._game.mechanism), self._recipe, make_seeded)
            self._actions = copy.deepcopy(self._run.subject.env.action_space)
            self._actions.seed(self._seed)
        if len(self._played.calls) == self._game.steps // 2:
            self._run.move()
        came = self._run.call(call)
        self._played.calls.append(call)
        self._played.outcomes.append(came)
        return came

    def finished(self) -> Played:
        """What was played; the environment is closed."""
        if self._run is not None:
            self._run.close()
        return self._played

    @property
    def _ended(self) -> bool:
        last = self._run.returned if self._run is not None else None
        return isinstance(last, tuple) and len(last) == 5 and bool(np.all(np.logical_or(last[2], last[3])))


def _in_a_process(recipe: Recipe, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call the function in a process of its own.

    Raises:
        NotExact: the environment cannot be restored there, or ended the process other than by its time.
    """
    try:
        return in_child(function, None, HASH_SEED, *args, **kwargs)
    except ChildEnded as ended:
        if ended.late:
            raise
        raise NotExact(f"{recipe.env_id} cannot be played by turns, in a process that {ended}") from None
    except SnapshotUnusable as error:
        raise NotExact(
            f"{recipe.env_id} shares state between instances: of two that were played by turns, one could not be "
            f"restored. {error.detail}"
        ) from error


def _compare(recipe: Recipe, which: str, played: Played, alone: list[Outcome]) -> None:
    for number, (call, found, expected) in enumerate(zip(played.calls, played.outcomes, alone, strict=True)):
        differed = difference(expected, found)
        if differed is not None:
            raise NotExact(
                f"{recipe.env_id} shares state between instances: of two that were played by turns, call {number} "
                f"({call}) on the {which} came out differently from one alone in its process: {differed}. State "
                "belongs to the instance, not to its class or module."
            )
