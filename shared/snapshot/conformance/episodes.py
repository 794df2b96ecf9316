"""Many episodes on one environment, each held against a new environment that begins with it.

For mechanisms whose snapshots begin at the last reset. What an episode leaves behind may show late, and only where
it went: bodies have to touch before their contact can outlast a reset. So episodes are played with several seeds,
with actions drawn anew at each step, and with extreme ones that are held and drive bodies into each other.

A mechanism whose environments play the episodes of any other has a new one whose constructor draws otherwise
(`capture_alone`), so what a constructor has drawn is not to outlast a reset either.

And memory is scattered before each new environment is made. PushT adds areas in the order of a set of two objects,
which is that of their addresses, and so its reward differs in the last bit where these are the other way round.
"""

import copy
import secrets
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import numpy as np
from gymnasium import spaces

from shared.errors import GymHTTPError, NotExact, SnapshotDiverged
from shared.snapshot.conformance.outcome import Outcome, difference, outcome, raised
from shared.snapshot.conformance.scenario import make_seeded
from shared.snapshot.contract.calls import Call, Render, Reset, Step
from shared.snapshot.contract.mechanism import Mechanism, Subject
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.contract.returned import check_step, has_ended
from shared.snapshot.making.vector import begun, subject_to_restore

_SEEDS = (11, 12)
LONGEST_S = 30.0
"""Seconds of the processor; a trial has GYM_HTTP_MAX_TRIAL_SECONDS for all mechanisms."""
_HELD_STEPS = 10
"""Steps for which an extreme action is held."""
_FRAME_EVERY = 16
_LARGEST_SMALL = 480
_OF_EACH_SIZE = 24
"""Python takes objects of up to 512 bytes, with their head, from lists of free places."""
_FOLLOWING = 3
"""Steps of the next episode in which both are compared."""


def check_episodes(recipe: Recipe, mechanism: Mechanism, *, episodes: int = 6, steps: int = 50) -> None:
    """Refuse a mechanism whose snapshots begin at the last reset where an episode leaves something behind.

    After each episode the environment begins another. When all are over, a new one that has made an episode's
    calls alone begins another too, and every result of both is compared.

    Raises:
        NotExact: an episode came out differently on the new environment. The text says which. Or episodes take too
            long to try many, which leaves time for other mechanisms; then the evidence has the `seconds`.
    """
    ends = time.thread_time() + LONGEST_S
    single = msgspec.structs.replace(recipe, num_envs=None, autoreset="Disabled")
    for seed in _SEEDS:
        for held in (False, True):
            player = _Player(msgspec.structs.replace(single, seed=seed), mechanism, held)
            try:
                player.play(episodes, steps, ends)
            finally:
                player.subject.close()


class _Episode(NamedTuple):
    """One that was played after others, and what followed on it."""

    number: int
    body: bytes
    """The state at its end, by its own calls alone."""
    following: list[tuple[Call, Outcome]]


class _Player:
    def __init__(self, recipe: Recipe, mechanism: Mechanism, held: bool) -> None:
        self._recipe = recipe
        self._mechanism = mechanism
        self.subject: Any = begun(mechanism, recipe, make_seeded)
        self._scattered: list[bytes] = []
        self._body = b""
        """The state before the episode."""
        self._made: list[Call] = []
        """The calls of the episode that did not raise."""
        self._actions = _actions(self.subject.env.action_space, recipe.seed, held)

    def play(self, episodes: int, steps: int, ends: float) -> None:
        """Play the episodes and then compare them, until `time.thread_time()` is at the end.

        No other is made before: where one alone can be alive, that would end the one that is played.
        """
        played = []
        for number in range(1, episodes + 1):
            # Of every three resets one has no seed.
            self.episode(Reset(number if number % 3 else None), steps)
            played.append(self.followed(number))
            self._check_time(ends)
        for episode in played:
            self.compare(episode)
            self._check_time(ends)

    def episode(self, reset: Reset, steps: int) -> None:
        """Play until the environment says that the episode is over, for at most so many steps.

        It is over also with the second call that raises, since going back from one costs all calls before it.
        """
        refused = 0
        self._body, self._made = self.subject.capture_alone(), []
        self._call(reset)
        for number in range(1, steps + 1):
            returned = self._call(Step(next(self._actions)))
            if number % _FRAME_EVERY == 0 and self._recipe.draws:
                self._call(Render())
            refused += returned is None
            if refused > 1 or (returned is not None and has_ended(*check_step(returned)[2:4])):
                break

    def followed(self, number: int) -> "_Episode":
        """The state after the episode that was just played, and what follows on it."""
        body = self.subject.capture_alone()
        following: list[Call] = [Reset(), *(Step(next(self._actions)) for _ in range(_FOLLOWING))]
        return _Episode(number, body, [(call, _came(self.subject, call)) for call in following])

    def compare(self, episode: "_Episode") -> None:
        """Hold the environment against a new one with this episode alone, also in what follows.

        Of every two times, the other one then begins the episode once more, as a live environment is restored.

        Raises:
            NotExact: they differ.
        """
        told = (
            f"{self._recipe.env_id} does not begin anew with a reset: episode {episode.number} came out "
            "differently on a new environment, so something of the earlier ones was left, or it depends on where "
            "objects lie in memory"
        )
        try:
            new = self._restored(episode.body)
        except SnapshotDiverged:
            raise NotExact(f"{told}.") from None
        try:
            _follow(new, episode.following, told)
            if episode.number % 2 == 0:
                new.restore(episode.body)
                _follow(new, episode.following, told)
        finally:
            new.close()

    def _check_time(self, ends: float) -> None:
        if time.thread_time() > ends:
            told = f"Many episodes of {self._recipe.env_id} take over {LONGEST_S:g} s to try."
            raise NotExact(told, seconds=LONGEST_S)

    def _call(self, call: Call) -> Any:
        """What the call returned; None if it raised, which changes nothing."""
        try:
            returned = self.subject.apply(copy.deepcopy(call))
        except GymHTTPError:
            raise
        except Exception:  # the environment's own, such as of a game for a move that is not allowed
            self.subject.close()
            self.subject = self._restored(self._body)
            for made in self._made:
                self.subject.apply(copy.deepcopy(made))
            return None
        self._made.append(call)
        return returned

    def _restored(self, body: bytes) -> Any:
        self._scattered = scattered()
        new = subject_to_restore(self._mechanism, self._recipe)
        try:
            new.restore(body)
        except BaseException:
            new.close()
            raise
        return new


def scattered() -> list[bytes]:
    """Objects, while which live those that are made next lie in memory in an order that nobody knows."""
    held = [bytes(size) for size in range(_LARGEST_SMALL) for _ in range(_OF_EACH_SIZE)]
    held = [held[place] for place in np.random.default_rng(secrets.randbits(128)).permutation(len(held))]
    # What is freed last is given out first, so the order of freeing becomes that of what is made next.
    del held[len(held) // 2 :]
    return held


def _follow(subject: Subject, following: list[tuple[Call, Outcome]], told: str) -> None:
    for call, came in following:
        differed = difference(came, _came(subject, call))
        if differed is not None:
            raise NotExact(f"{told}: {call} after it differed, {differed}.")


def _came(subject: Subject, call: Call) -> Outcome:
    try:
        return outcome(subject.env, call, subject.apply(copy.deepcopy(call)))
    except Exception as error:  # the environment's own
        return raised(error)


def _actions(space: spaces.Space[Any], seed: int | None, held: bool) -> Iterator[Any]:
    space = copy.deepcopy(space)
    space.seed(seed)
    while True:
        action = _extreme(space, space.sample()) if held else space.sample()
        for _ in range(_HELD_STEPS if held else 1):
            yield copy.deepcopy(action)


def _extreme(space: spaces.Space[Any], action: Any) -> Any:
    """The corner of a bounded box that is nearest to the action; of any other space the action itself."""
    if not isinstance(space, spaces.Box) or not space.is_bounded() or space.dtype.kind != "f":
        return action
    middle = space.low + (space.high - space.low) / 2
    return np.where(action < middle, space.low, space.high).astype(space.dtype)
