"""The conformance suite: whether an environment's snapshots are exact, proved in a fresh process.

    from shared.snapshot.conformance.check import check_snapshot
    check_snapshot("CartPole-v1", render_mode="rgb_array")

or `python -m shared.snapshot.conformance.check CartPole-v1 --render-mode rgb_array`. Every result and every
generator is compared bit for bit, call by call, with an environment that was never interrupted.
"""

import argparse
import contextlib
import json
import sys
import time
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from shared.errors import GymHTTPError, NotExact
from shared.settings import prepare_process
from shared.snapshot.conformance.fresh_process import Trial, in_fresh_process
from shared.snapshot.conformance.scenario import EPISODES, Scenario, record, seeded
from shared.snapshot.contract.digest import digest_after
from shared.snapshot.contract.mechanism import Mechanism
from shared.snapshot.contract.recipe import AutoresetMode, Recipe, WrapperRecipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.making.vector import adopt
from shared.snapshot.registry import candidates, mechanism_for, proved_mechanism


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


def main() -> int:
    """Check one environment from the command line and print its report."""
    prepare_process()
    parser = argparse.ArgumentParser(prog="python -m shared.snapshot.conformance.check", description=main.__doc__)
    parser.add_argument("env_id")
    parser.add_argument("--render-mode")
    parser.add_argument("--kwargs", type=json.loads, default={}, help="the constructor's, as JSON")
    parser.add_argument("--module", action="append", default=[], help="a module that registers environments")
    parser.add_argument("--further", type=int, default=200, help="calls after each restore")
    parser.add_argument("--chain", type=int, default=100, help="calls with a restore before each")
    parser.add_argument("--frames-every", type=int, default=5, help="steps between two frames")
    parser.add_argument("--json", action="store_true", help="print the report as JSON, a refusal too")
    given = parser.parse_args()
    try:
        # Some environments print (BabyAI's tell of every layout that they reject).
        with contextlib.redirect_stdout(sys.stderr):
            report = _report(given)
    except GymHTTPError as error:
        refusal = {"refused": type(error).__name__, "detail": error.detail}
        print(json.dumps(refusal) if given.json else f"{given.env_id}: {error.detail}")
        return 1
    print(json.dumps(asdict(report)) if given.json else report)
    return 0


def _report(given: argparse.Namespace) -> Report:
    """With the first mechanism that proves exact, which is what a trial by the service comes to."""
    register_environments(given.module)
    env = make(Recipe(given.env_id, render_mode=given.render_mode, kwargs=given.kwargs))
    proved = proved_mechanism(env)
    reasons = []
    for mechanism in candidates(env) if proved is None else [proved]:
        try:
            return check_snapshot(
                given.env_id,
                render_mode=given.render_mode,
                kwargs=given.kwargs,
                modules=tuple(given.module),
                mechanism=mechanism,
                further=given.further,
                chain=given.chain,
                frames_every=given.frames_every,
            )
        except GymHTTPError as error:
            reasons.append(f"{mechanism.name}: {error.detail}")
    raise NotExact(" ".join(reasons) or "No mechanism here knows it.")


if __name__ == "__main__":
    sys.exit(main())
