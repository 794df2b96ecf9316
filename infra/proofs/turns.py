"""Play two environments of every registered kind by turns, each against one alone in its own process.

    python -m infra.proofs.turns [--module my_envs] [--only CartPole]

Prints a line a kind, and exits with 1 if an environment came out differently beside another.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gymnasium

from shared.errors import GymHTTPError, NotExact
from shared.snapshot.conformance.turns import check_turns
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import candidates, proved_mechanism
from shared.variables import prepare_process

_AT_ONCE = 2


def main() -> int:
    """Play every registered kind by turns."""
    prepare_process()
    parser = argparse.ArgumentParser(prog="python -m infra.proofs.turns", description=main.__doc__)
    parser.add_argument("--module", action="append", default=[], help="a module that registers environments")
    parser.add_argument("--only", default="", help="only ids that contain this")
    given = parser.parse_args()
    register_environments(given.module)
    kinds = [env_id for env_id in kinds_to_play() if given.only in env_id]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        told = [*pool.map(lambda env_id: played(env_id, tuple(given.module)), kinds)]
    for env_id, outcome in zip(kinds, told, strict=True):
        print(f"{env_id}: {outcome}")
    differing = sum(outcome != _ALONE and not outcome.startswith("not made") for outcome in told)
    print(f"{len(kinds)} kinds, {differing} differences")
    return 1 if differing else 0


_ALONE = "as alone"


def kinds_to_play() -> Iterator[str]:
    """Every registered id of which an environment can be made singly."""
    yield from sorted(env_id for env_id, spec in gymnasium.registry.items() if spec.entry_point is not None)


def played(env_id: str, modules: tuple[str, ...]) -> str:
    """What playing two of the kind by turns came to, in words."""
    recipe = Recipe(env_id)
    try:
        env: Any = make(recipe)
        proved = proved_mechanism(env)
        mechanisms = candidates(env) if proved is None else [proved]
        env.close()
    except GymHTTPError as error:
        return f"not made: {error.detail}"
    told = ""
    for mechanism in mechanisms:
        try:
            check_turns(recipe, modules, mechanism)
        except NotExact as error:
            told = told or error.detail
        else:
            return _ALONE
    return told or "not made: no mechanism here claims it"


if __name__ == "__main__":
    sys.exit(main())
