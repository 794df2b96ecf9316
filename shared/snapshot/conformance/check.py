"""The conformance suite: whether an environment's snapshots are exact, proved in a fresh process.

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
from shared.snapshot.codec.digest import digest_after
from shared.snapshot.conformance.fresh_process import Trial, in_fresh_process
from shared.snapshot.conformance.scenario import EPISODES, Scenario, record, seeded
from shared.snapshot.contract.mechanism import Mechanism
from shared.snapshot.contract.recipe import AutoresetMode, Recipe, WrapperRecipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.vector import adopt
from shared.snapshot.registry import mechanism_for


@dataclass(frozen=True)
class Report:
    """What an exact snapshot of an environment costs. Times in seconds, medians."""

    env_id: str
    mechanism: str
    snapshots: int
    bytes: int
    capture_s: float
    restore_s: float


def check_snapshot(
    env_id: str,
    *,
    render_mode: str | None = None,
    kwargs: dict[str, Any] | None = None,
    wrappers: tuple[WrapperRecipe, ...] = (),
    max_episode_steps: int | None = None,
    num_envs: int | None = None,
    autoreset: AutoresetMode = "Disabled",
    **extent: Any,
) -> Report:
    """Prove that snapshots of the environment are exact, or say at which call they are not.

    The first arguments are those of creation; `extent` is what `check_recipe` takes.

    Raises:
        NotExact: a call came out differently; its place is named.
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
        seed=11,
    )
    return check_recipe(recipe, **extent)


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
) -> Report:
    """Prove that a mechanism, by default the one that is chosen, carries what is made from the recipe exactly.

    Snapshots are taken before the first reset and, in each of `episodes`, after the reset, after a frame, in the
    middle and at the end. Each is continued for `further` calls in a fresh process with another hash seed; then
    `chain` calls are made there with a restore before every one. A frame is drawn every `frames_every` steps.

    Raises:
        NotExact: a call came out differently; its place is named.
        NotCreatable: the environment cannot be made.
    """
    register_environments(modules)
    script = record(recipe, episodes=episodes, steps=steps, further=further, frames_every=frames_every)
    chosen = mechanism or mechanism_for(make(recipe))
    bodies, capture_s = _captured(script, chosen)
    tails = [(body, script.calls[point : point + further]) for body, point in bodies]
    findings = in_fresh_process(Trial(modules, recipe, chosen.name, tails, script.calls[:chain]))
    for (_, point), digests in zip(bodies, findings.tails, strict=True):
        _compare(script, point, digests, f"after a restore at call {point}")
    for (_, point), digests in zip(bodies, findings.reused, strict=True):
        _compare(script, point, digests, f"after a restore, in a used environment, at call {point}")
    _compare(script, 0, findings.chain, "in a chain of restores")
    sizes = [len(body) for body, _ in bodies]
    return Report(
        recipe.env_id,
        chosen.name,
        len(bodies),
        int(median(sizes)),
        median(capture_s),
        median(findings.restore_s),
    )


def _captured(script: Scenario, mechanism: Mechanism) -> tuple[list[tuple[bytes, int]], list[float]]:
    """A second environment through the script, with a capture at each point; it must not be disturbed by them."""
    subject = adopt(mechanism, seeded(script.recipe), script.recipe)
    bodies, times, digests = [], [], []
    for count, call in enumerate(script.calls):
        if count in script.points:
            began = time.perf_counter()
            bodies.append((subject.capture(), count))
            times.append(time.perf_counter() - began)
        digests.append(digest_after(subject.env, subject.apply(call)))
    subject.close()
    _compare(script, 0, digests, "while snapshots were taken of it")
    return bodies, times


def _compare(script: Scenario, start: int, digests: list[str], circumstance: str) -> None:
    for offset, found in enumerate(digests):
        if found != script.digests[start + offset]:
            call = script.calls[start + offset]
            raise NotExact(
                f"{script.recipe.env_id} is not exact: {circumstance}, call {start + offset} ({call}) came out "
                "differently from an environment that was never interrupted."
            )
