"""The conformance suite: proves in a fresh process that an environment's snapshots are exact.

    from shared.snapshot.conformance.check import check_snapshot
    check_snapshot("CartPole-v1", render_mode="rgb_array")

Call by call, every result and the state of every generator is compared bit for bit with an environment that was
never interrupted.
"""

import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from shared.errors import NotExact
from shared.snapshot.conformance.fresh_process import Continuations, in_fresh_process
from shared.snapshot.conformance.outcome import Outcome, difference
from shared.snapshot.conformance.run import new_run
from shared.snapshot.conformance.scenario import EPISODES, Scenario, make_seeded, record
from shared.snapshot.contract.mechanism import Mechanism, grows_in
from shared.snapshot.contract.recipe import AutoresetMode, Recipe, WrapperRecipe
from shared.snapshot.isolation.child_process import Interpreter
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.vector import bodies_in
from shared.snapshot.registry import mechanism_for

SEED = 11


@dataclass(frozen=True)
class Report:
    """What exact snapshots of an environment cost: medians, in bytes and seconds."""

    env_id: str
    mechanism: str
    snapshots: int
    bytes: int
    capture_s: float
    restore_s: float
    grows: bool = False
    """Whether every snapshot in an episode holds calls in place of a state (`Mechanism`)."""


def check_snapshot(
    env_id: str,
    *,
    render_mode: str | None = None,
    kwargs: dict[str, Any] | None = None,
    wrappers: tuple[WrapperRecipe, ...] = (),
    max_episode_steps: int | None = None,
    num_envs: int | None = None,
    autoreset: AutoresetMode = "Disabled",
    **options: Any,
) -> Report:
    """Prove that snapshots of the environment are exact, or say at which call they are not.

    The environment is described as in a request that creates one; `options` are those of `check_recipe`.

    Raises:
        NotExact: a call came out differently. The text says which.
        NotCreatable: the environment cannot be made.
    """
    recipe = Recipe(
        env_id,
        render_mode=render_mode,
        kwargs=kwargs or {},
        wrappers=wrappers,
        max_episode_steps=max_episode_steps,
        num_envs=num_envs,
        autoreset=autoreset,
        seed=SEED,
    )
    return check_recipe(recipe, **options)


def check_recipe(
    recipe: Recipe,
    *,
    modules: tuple[str, ...] = (),
    mechanism: Mechanism | None = None,
    episodes: tuple[int, ...] = EPISODES,
    steps: int = 40,
    further: int = 200,
    chain: int = 100,
    frames_every: int = 5,
    interpreter: Interpreter | None = None,
) -> Report:
    """Prove that a mechanism, by default the registry's choice, carries what the recipe makes exactly.

    Snapshots are taken before the first reset and, in each of `episodes`, after the reset, after a frame, halfway
    and at the end. Each is continued for `further` calls in a fresh process with another hash seed. Then `chain`
    calls are made there with a restore before each. A frame is drawn every `frames_every` steps. The process is
    one of `interpreter`, whose packages may have other versions; by default it is of this interpreter.

    Raises:
        NotExact: a call came out differently. The text says which.
        NotCreatable: the environment cannot be made.
    """
    register_environments(modules)
    scenario = record(recipe, episodes=episodes, steps=steps, further=further, frames_every=frames_every)
    chosen = mechanism or _registrys_choice(recipe)
    bodies, capture_s = _capture(scenario, chosen)
    tails = [(body, scenario.calls[start : start + further]) for body, start in bodies]
    found = in_fresh_process(
        Continuations(modules, recipe, chosen.name, tails, scenario.calls[:chain], interpreter)
    )
    for (_, start), outcomes in zip(bodies, found.tails, strict=True):
        _compare(scenario, start, outcomes, f"after a restore at call {start}")
    for (_, start), outcomes in zip(bodies, found.reused, strict=True):
        _compare(scenario, start, outcomes, f"after a restore of a used environment at call {start}")
    _compare(scenario, 0, found.chain, "in a chain of restores")
    sizes = [len(body) for body, _ in bodies]
    return Report(
        recipe.env_id,
        chosen.name,
        len(bodies),
        int(median(sizes)),
        median(capture_s),
        median(found.restore_s),
        all(grows_in(chosen, each) for body, start in bodies if start for each in bodies_in(recipe, body)),
    )


def _capture(scenario: Scenario, mechanism: Mechanism) -> tuple[list[tuple[bytes, int]], list[float]]:
    """Take a second environment through the scenario and capture it where the scenario says.

    Returns the bodies, each with the number of calls before it, and the seconds that each capture took.

    Raises:
        NotExact: the captures disturbed it.
    """
    run = new_run(mechanism, scenario.recipe, make_seeded)
    bodies, times, outcomes = [], [], []
    for count, call in enumerate(scenario.calls):
        if count in scenario.snapshots_at:
            began = time.perf_counter()
            bodies.append((run.subject.capture(), count))
            times.append(time.perf_counter() - began)
        outcomes.append(run.call(call))
    run.close()
    _compare(scenario, 0, outcomes, "while snapshots were taken of it")
    return bodies, times


def _registrys_choice(recipe: Recipe) -> Mechanism:
    env = make(recipe)
    try:
        return mechanism_for(env)
    finally:
        env.close()


def _compare(scenario: Scenario, start: int, outcomes: list[Outcome], circumstance: str) -> None:
    for number, found in enumerate(outcomes, start):
        differed = difference(scenario.outcomes[number], found)
        if differed is not None:
            raise NotExact(
                f"{scenario.recipe.env_id} is not exact: {circumstance}, call {number} ({scenario.calls[number]}) "
                f"came out differently from an environment that was never interrupted: {differed}."
            )
