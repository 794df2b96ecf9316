"""A fixed sequence of calls on one environment, with the results of an environment that is never interrupted.

It visits what has gone wrong with snapshots: several episodes (a Box2D world remembers earlier ones), unseeded
resets, episodes that end and episodes that are cut short, frames between steps, samples of the spaces.
"""

import copy
from dataclasses import dataclass, field
from typing import Any

from shared.errors import NotExact
from shared.snapshot.conformance.outcome import Outcome, has_raised, outcome, raised, told
from shared.snapshot.contract.calls import Call, Render, Reset, Sample, Step, perform
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.contract.returned import check_reset, check_step, has_ended, reward_of
from shared.snapshot.generators.generators import generators_of, layers, spaces_of
from shared.snapshot.isolation.global_rng import GlobalRng
from shared.snapshot.isolation.module_state import ModuleState, modules_behind
from shared.snapshot.making.collected import first_or_collected
from shared.snapshot.making.make import make

EPISODES = (1, 2, 3, 7)
"""The episodes in which snapshots are taken: a mechanism may be right in the first alone."""

_SAMPLE_EVERY = 7
"""Steps between two samples of the action space."""


@dataclass
class Scenario:
    """The calls, what they came to and where to take snapshots."""

    recipe: Recipe
    calls: list[Call] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    snapshots_at: list[int] = field(default_factory=list)
    """For each snapshot, the number of calls before it."""


def record(
    recipe: Recipe,
    *,
    episodes: tuple[int, ...] = EPISODES,
    steps: int = 40,
    further: int = 200,
    frames_every: int = 5,
) -> Scenario:
    """Run an uninterrupted environment through its episodes, and for `further` calls after the last snapshot.

    An episode that does not end by itself lasts `steps` steps, with a frame every `frames_every`. The recipe needs
    a seed, so that two environments made from it agree.

    Raises:
        NotExact: every step raised, so that nothing was seen.
        NotEncodable: a reset or a step returned what cannot be told. The text names it.
    """
    recording = _Recording(recipe, frames_every)
    recording.mark_snapshot()
    for episode in range(1, max(episodes) + 1):
        recording.episode(episode, steps, snapshots=episode in episodes)
    end = len(recording.scenario.calls) + further
    while len(recording.scenario.calls) < end:
        recording.episode(0, steps, snapshots=False)
    recording.close()
    check_that_something_was_done(recording.scenario)
    return recording.scenario


def check_that_something_was_done(scenario: Scenario) -> None:
    """Refuse an environment of which nothing was seen.

    Raises:
        NotExact: every step raised. The text has the exception.
    """
    steps = [came for call, came in zip(scenario.calls, scenario.outcomes, strict=True) if isinstance(call, Step)]
    if not any(not has_raised(came) for came in steps):
        first = next(came for came in scenario.outcomes if has_raised(came))
        raise NotExact(
            f"Nothing could be seen of {scenario.recipe.env_id}: none of its steps succeeded, and the first that "
            f"failed raised {told(first)}."
        )


def make_seeded(recipe: Recipe) -> Any:
    """A new environment whose every generator is seeded, so that it agrees with any other made here.

    The recipe's seed reaches only the outermost spaces. A wrapper that replaces a space leaves the one beneath it,
    whose generator would be seeded by the operating system.
    """
    with GlobalRng.of(recipe.seed).lent():
        env = make(recipe)
        for number, space in enumerate(spaces_of(env)):
            space.seed(number)
        generators_of(env)
    return env


class _Recording:
    def __init__(self, recipe: Recipe, frames_every: int) -> None:
        self.scenario = Scenario(recipe)
        self._frames_every = frames_every
        self._made: list[Call] = []
        """The calls that did not raise."""
        self._begin()
        self._actions = copy.deepcopy(self._env.action_space)
        self._actions.seed(20)

    def episode(self, number: int, steps: int, *, snapshots: bool) -> None:
        """Reset and step until the episode ends, for at most `steps` steps.

        An environment that resets itself is stepped beyond the end. An episode ends also with its second call that
        raises, since going back from one costs all calls before it.
        """
        refused = 0
        if self._call(Reset(seed=7 if number == 1 else None)) is None:
            return
        self.mark_snapshot(snapshots)
        for count in range(1, steps + 1):
            stepped = self._call(Step(self._actions.sample()))
            if stepped is None:
                refused += 1
                if refused > 1:
                    break
                continue
            _, _, terminated, truncated, _ = stepped
            if count % _SAMPLE_EVERY == 0:
                self._call(Sample("action_space"))
            # Also early in an episode: a hand of Blackjack is over before its fifth step.
            if self.scenario.recipe.draws and (count % self._frames_every == 0 or (count == 1 and number != 1)):
                self._call(Render())
                self.mark_snapshot(snapshots and count <= self._frames_every)
            self.mark_snapshot(snapshots and count == steps // 2)
            if has_ended(terminated, truncated):
                self.mark_snapshot(snapshots)
                if not self.scenario.recipe.resets_itself:
                    break
        self.mark_snapshot(snapshots)

    def mark_snapshot(self, wanted: bool = True) -> None:
        """Take a snapshot here, once."""
        if wanted and len(self.scenario.calls) not in self.scenario.snapshots_at:
            self.scenario.snapshots_at.append(len(self.scenario.calls))

    def close(self) -> None:
        """Close the environment."""
        self._env.close()

    def _begin(self) -> None:
        """Make the environment, with global generators and module state of its own, or no two could agree."""
        recipe = self.scenario.recipe
        self._env: Any = None
        self._env = first_or_collected(lambda: make_seeded(recipe))
        self._global_rng = GlobalRng.of(recipe.seed)
        kinds = [type(layer) for layer in layers(self._env)]
        self._module_state = ModuleState(modules_behind(kinds, [kind.__module__ for kind in kinds]))

    def _call(self, call: Call) -> Any:
        """Make and note a call, and return what it returned; None if it raised, which changes nothing."""
        self.scenario.calls.append(copy.deepcopy(call))
        try:
            returned = self._perform(call)
        except Exception as error:  # the environment's own
            self.scenario.outcomes.append(raised(error))
            self._env.close()
            self._begin()
            for made in self._made:
                self._perform(copy.deepcopy(made))
            return None
        _check_returned(call, returned)
        self._made.append(self.scenario.calls[-1])
        self.scenario.outcomes.append(outcome(self._env, call, returned))
        return returned

    def _perform(self, call: Call) -> Any:
        with self._global_rng.lent(), self._module_state.lent():
            returned = perform(self._env, call)
            generators_of(self._env)
        return returned


def _check_returned(call: Call, returned: Any) -> None:
    """Refuse what a client could not be told, before an instance is made that fails at its every step."""
    if isinstance(call, Reset):
        check_reset(returned)
    elif isinstance(call, Step):
        _, reward, terminated, truncated, _ = check_step(returned)
        reward_of(reward)
        has_ended(terminated, truncated)
