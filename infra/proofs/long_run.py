"""Call one environment by two servers in turns, for long, and compare it with one that nobody interrupts.

    python -m infra.proofs.long_run CartPole-v1 [--module my_envs] [--steps 100000] [--turn 50]

Each server is a process of its own, and both share a store. Every observation, reward, flag and info is compared
bit for bit. Every other turn a server begins with nothing in memory, as after an eviction; else it holds the
environment as it left it, and continues from what the other has written. Exits with 1 if anything differed.
"""

import argparse
import copy
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Protocol

from infra.proofs.served_turns import Created, Turn, close_here, create_here, fields, open_here, turn_here
from shared.errors import GymHTTPError
from shared.session.stored.reference import Reference
from shared.snapshot.conformance.outcome import Outcome, difference
from shared.snapshot.contract.calls import Call, Reset, Step, perform
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.contract.returned import has_ended
from shared.snapshot.generators.generators import generators_of
from shared.snapshot.isolation.global_rng import GlobalRng
from shared.snapshot.isolation.standing_child import StandingChild
from shared.snapshot.making.make import make, register_environments
from shared.variables import prepare_process

TURN = 50
_NICENESS = 10
_LONGEST_CALL_S = 3600.0


class LongRun(NamedTuple):
    """What a run came to."""

    mechanism: str = "refused"
    steps: int = 0
    episodes: int = 0
    differences: int = 0
    """Calls that came out differently. The run ends with the turn of the first."""
    evicted_ms: float | None = None
    """The median of the processor's time for a restore by a server that holds nothing; None if there was none."""
    held_ms: float | None = None
    """The same of a server that holds the environment as it left it."""
    restores: int = 0
    median_bytes: int = 0
    largest_bytes: int = 0
    ended: str = ""
    """Why it has fewer steps than asked for."""

    def told(self) -> str:
        """A line for people."""
        restores = [f"{each:.1f}" if each is not None else "-" for each in (self.evicted_ms, self.held_ms)]
        ended = f"; {' '.join(self.ended.split())}" if self.ended else ""
        return (
            f"{self.mechanism}: {self.steps:,} steps in {self.episodes:,} episodes, {self.differences} "
            f"differences, {self.restores:,} restores at p50 {restores[0]} ms (evicted) and {restores[1]} ms "
            f"(held), {self.median_bytes:,} bytes (median) to {self.largest_bytes:,}{ended}"
        )


def main() -> int:
    """Run one environment."""
    prepare_process()
    parser = argparse.ArgumentParser(prog="python -m infra.proofs.long_run", description=main.__doc__)
    parser.add_argument("env_id")
    parser.add_argument("--module", action="append", default=[], help="a module that registers environments")
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--turn", type=int, default=TURN, help="calls of a server before the other's turn")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="by the clock, then the run ends")
    given = parser.parse_args()
    os.nice(max(0, _NICENESS - os.nice(0)))
    found = long_run(given.env_id, tuple(given.module), given.steps, turn=given.turn, seconds=given.seconds)
    print(f"{given.env_id}: {found.told()}")
    return 1 if found.differences or found.mechanism == "refused" else 0


def long_run(
    env_id: str,
    modules: tuple[str, ...],
    steps: int,
    *,
    turn: int = TURN,
    seconds: float = float("inf"),
    trial_s: float = 600.0,
    seed: int = 1,
) -> LongRun:
    """Play so many steps, or as many as are possible in so many seconds. The trial may take `trial_s`."""
    register_environments(modules)
    recipe = Recipe(env_id, seed=seed)
    ends = time.monotonic() + seconds
    with ExitStack() as stack:
        store = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "store.db"
        servers = [ServerProcess(stack, store, modules, trial_s) for _ in range(2)]
        return by_turns(recipe, servers, steps, turn=turn, ends=ends)


class Player(Protocol):
    """A server, here or in a process of its own."""

    def create(self, recipe: Recipe) -> Created:
        """See `Server.create`."""

    def turn(self, reference: Reference, calls: Sequence[Call], evicted: bool) -> Turn:
        """See `Server.turn`."""


def by_turns(
    recipe: Recipe, servers: Sequence[Player], steps: int, *, turn: int = TURN, ends: float = float("inf")
) -> LongRun:
    """Let the servers play by turns until the steps are made, or `time.monotonic()` is at the end."""
    try:
        created = servers[0].create(recipe)
        alone = _Alone(recipe)
    except GymHTTPError as error:
        return LongRun(ended=error.detail)
    tally = _Tally(created)
    while tally.steps < steps and not tally.ended:
        calls, expected = alone.turn(turn, steps - tally.steps)
        round_number, number = divmod(len(tally.turns), len(servers))
        try:
            played = servers[number].turn(created.reference, calls, evicted=round_number % 2 == 1)
        except GymHTTPError as error:
            tally.ended = f"after step {tally.steps}: {error.detail}"
            break
        tally.add(calls, expected, played)
        if time.monotonic() > ends:
            tally.ended = "the time was over"
    alone.close()
    return tally.told()


class ServerProcess:
    """A server in a process of its own, until the stack is left."""

    def __init__(self, stack: ExitStack, store: Path, modules: tuple[str, ...], trial_s: float) -> None:
        self._child = StandingChild()
        stack.callback(self._child.close)
        self._child.call(_LONGEST_CALL_S, open_here, store, modules, trial_s)
        stack.callback(self._child.call, _LONGEST_CALL_S, close_here)

    def create(self, recipe: Recipe) -> Created:
        """See `Server.create`."""
        return self._child.call(_LONGEST_CALL_S, create_here, recipe)

    def turn(self, reference: Reference, calls: Sequence[Call], evicted: bool) -> Turn:
        """See `Server.turn`."""
        return self._child.call(_LONGEST_CALL_S, turn_here, reference, calls, evicted)


class _Alone:
    """The environment that nobody interrupts, in this process, which has no other."""

    def __init__(self, recipe: Recipe) -> None:
        with GlobalRng.of(recipe.seed).lent():
            self._env = make(recipe)
            generators_of(self._env)
        self._global_rng = GlobalRng.of(recipe.seed)  # as the service gives its own: panda-gym seeds from these
        self._actions = copy.deepcopy(self._env.action_space)  # a sample of its own would be a change of the env
        self._actions.seed(recipe.seed)
        self._pending: Call | None = Reset(recipe.seed)

    def turn(self, length: int, most_steps: int) -> tuple[list[Call], list[Outcome]]:
        """Make the next calls, of which at most so many are steps: random ones, and a reset after an episode."""
        calls: list[Call] = []
        outcomes: list[Outcome] = []
        for call in self._next(length):
            if isinstance(call, Step) and sum(isinstance(made, Step) for made in calls) == most_steps:
                break
            calls.append(copy.deepcopy(call))
            with self._global_rng.lent():
                returned = perform(self._env, call)
                generators_of(self._env)
            outcomes.append(fields(call, returned))
            ended = isinstance(call, Step) and has_ended(returned[2], returned[3])
            self._pending = Reset() if ended else None
        return calls, outcomes

    def _next(self, length: int) -> Iterator[Call]:
        for _ in range(length):
            yield self._pending or Step(self._actions.sample())

    def close(self) -> None:
        """Close the environment."""
        self._env.close()


class _Tally:
    """What the turns came to so far."""

    def __init__(self, created: Created) -> None:
        self._created = created
        self.turns: list[Turn] = []
        self.steps = self.episodes = self.differences = 0
        self.ended = ""
        self._restores: dict[bool, list[float]] = {False: [], True: []}

    def add(self, calls: list[Call], expected: list[Outcome], played: Turn) -> None:
        """Compare a turn with what it should have come to."""
        self.turns.append(played)
        if played.restore_ms is not None:
            self._restores[played.held].append(played.restore_ms)
        for call, should, found in zip(calls, expected, played.outcomes, strict=True):
            self.steps += isinstance(call, Step)
            self.episodes += isinstance(call, Reset)
            differed = difference(should, found)
            if differed is not None:
                self.differences += 1
                self.ended = self.ended or f"step {self.steps} of episode {self.episodes}: {differed}"

    def told(self) -> LongRun:
        """The run as a whole."""
        sizes = [size for turn in self.turns for size in turn.sizes]
        evicted, held = [statistics.median(each) if each else None for each in self._restores.values()]
        return LongRun(
            self._created.mechanism,
            self.steps,
            self.episodes,
            self.differences,
            evicted,
            held,
            sum(map(len, self._restores.values())),
            int(statistics.median(sizes)) if sizes else 0,
            max(sizes, default=0),
            self.ended,
        )


if __name__ == "__main__":
    sys.exit(main())
