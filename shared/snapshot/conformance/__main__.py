"""Prove one environment exact from the command line.

    python -m shared.snapshot.conformance CartPole-v1 --render-mode rgb_array

Prints what a snapshot costs and exits with 0, or says at which call the environment is not exact, alone or by
turns with another of its kind, and exits with 1.
"""

import argparse
import contextlib
import json
import signal
import sys
from dataclasses import asdict

import msgspec

from shared.errors import GymHTTPError, NotExact
from shared.snapshot.conformance.check import SEED, Report, check_recipe
from shared.snapshot.conformance.episodes import check_episodes
from shared.snapshot.conformance.new_processes import new_processes
from shared.snapshot.conformance.turns import check_turns
from shared.snapshot.contract.mechanism import Mechanism, is_episodic
from shared.snapshot.contract.recipe import Recipe, WrapperRecipe
from shared.snapshot.isolation.child_process import Interpreter
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import candidates, proved_mechanism
from shared.variables import prepare_process


def main() -> int:
    """Prove an environment exact and print what its snapshots cost."""
    prepare_process()
    parser = argparse.ArgumentParser(prog="python -m shared.snapshot.conformance", description=main.__doc__)
    parser.add_argument("env_id")
    parser.add_argument("--render-mode")
    parser.add_argument("--kwargs", type=json.loads, default={}, help="the constructor's arguments, as JSON")
    parser.add_argument("--num-envs", type=int, help="the number of environments in a vector")
    parser.add_argument("--wrappers", type=_wrappers, default=(), help="as in a request that creates one, as JSON")
    parser.add_argument("--module", action="append", default=[], help="a module that registers environments")
    parser.add_argument("--further", type=int, default=200, help="calls after each restore")
    parser.add_argument("--chain", type=int, default=100, help="calls with a restore before each")
    parser.add_argument("--frames-every", type=int, default=5, help="steps between two frames")
    parser.add_argument(
        "--continue-with",
        metavar="PYTHON",
        help="an interpreter, with other packages, that continues the snapshots",
    )
    parser.add_argument("--json", action="store_true", help="print the report, or the refusal, as JSON")
    given = parser.parse_args()
    try:
        # Some environments print: BabyAI's tell of every layout that they reject.
        with contextlib.redirect_stdout(sys.stderr), new_processes():
            report = _prove(given)
    except GymHTTPError as error:
        refusal = {"refused": type(error).__name__, "detail": error.detail}
        print(json.dumps(refusal) if given.json else f"{given.env_id}: {error.detail}")
        return 1
    print(json.dumps(asdict(report)) if given.json else report)
    return 0


def _wrappers(text: str) -> tuple[WrapperRecipe, ...]:
    return msgspec.json.decode(text, type=tuple[WrapperRecipe, ...])


def _prove(given: argparse.Namespace) -> Report:
    """Report on the first mechanism that proves exact, which is the one that the service would select."""
    register_environments(given.module)
    recipe = Recipe(
        given.env_id,
        render_mode=given.render_mode,
        kwargs=given.kwargs,
        wrappers=given.wrappers,
        num_envs=given.num_envs,
        seed=SEED,
    )
    env = make(recipe)
    proved = proved_mechanism(env)
    reasons = []
    growing: Report | None = None
    for mechanism in candidates(env) if proved is None else [proved]:
        if growing is not None and not is_episodic(mechanism):
            continue
        try:
            report = _proved(recipe, mechanism, given)
        except GymHTTPError as error:
            reasons.append(f"{mechanism.name}: {error.detail}")
            continue
        if not report.grows:
            return report
        growing = report
    if growing is not None:
        return growing
    raise NotExact(" ".join(reasons) or "No mechanism here claims it.")


def _proved(recipe: Recipe, mechanism: Mechanism, given: argparse.Namespace) -> Report:
    report = check_recipe(
        recipe,
        modules=tuple(given.module),
        mechanism=mechanism,
        further=given.further,
        chain=given.chain,
        frames_every=given.frames_every,
        interpreter=Interpreter.of(given.continue_with) if given.continue_with else None,
    )
    if is_episodic(mechanism):
        check_episodes(recipe, mechanism)
    if given.continue_with is None:
        check_turns(recipe, tuple(given.module), mechanism)
    return report


if __name__ == "__main__":
    # An environment's own KeyboardInterrupt is told like any exception; that of the keyboard ends this program.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())
