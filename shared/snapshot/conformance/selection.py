"""Which mechanism carries an environment that no family knows: found by trial, once for what it is made from.

The trial is the conformance suite on a small scale, one restore in a fresh process among its many. It misses what
is rarer than some hundred calls show; a restore therefore verifies what it can besides.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar

import msgspec

from shared.errors import GymHTTPError, NotCreatable, NotExact
from shared.snapshot.codec.distributions import distributions_of, version_here
from shared.snapshot.codec.generators import layers
from shared.snapshot.conformance.check import check_recipe
from shared.snapshot.contract.calls import Render, Reset, Step, perform
from shared.snapshot.contract.mechanism import Mechanism
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.isolation.child_process import ChildEnded, Limits, in_child
from shared.snapshot.making.arguments import are_modest
from shared.snapshot.making.env_ids import registered_family
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import ENTRY_POINT_GROUP, candidates, mechanism_named, proved_mechanism

P = ParamSpec("P")
R = TypeVar("R")

_FEW_ENVS = 32

_EXTENT: dict[str, Any] = {"episodes": (1, 2), "steps": 12, "further": 24, "chain": 6}


class Verdict(msgspec.Struct, frozen=True):
    """What the trial of an environment came to."""

    mechanism: str | None
    """The name of the first mechanism that proved exact; None if none did."""
    reasons: dict[str, str]
    """Why each mechanism before it was not taken."""
    versions: dict[str, str] = {}
    """Of what the environment turned out to be made from; the verdict holds for these."""

    def holds(self) -> bool:
        """Whether it is about the versions that are installed here."""
        return all(version_here(name) == found for name, found in self.versions.items())

    def chosen(self) -> Mechanism:
        """The mechanism.

        Raises:
            NotExact: there is none; the reasons are told.
        """
        if self.mechanism is not None:
            return mechanism_named(self.mechanism)
        told = " ".join(self.reasons.values()) or "No mechanism here knows it."
        raise NotExact(
            f"The environment cannot be restored exactly, so it is not created. {told} A package can bring a "
            f"mechanism as an entry point of the group {ENTRY_POINT_GROUP!r}.",
            reasons=self.reasons,
        )


def is_known(recipe: Recipe) -> bool:
    """Whether what is made from the recipe is one of the families' own, with arguments that cannot make it large.

    Only the registry is asked. Anything else may end or fill the process in its constructor already.
    """
    family = registered_family(recipe.env_id)
    proved = family is not None and bool(family.mechanisms)
    return proved and (recipe.num_envs or 1) <= _FEW_ENVS and are_modest(recipe.kwargs)


def subject_of_trial(recipe: Recipe) -> str:
    """A digest of what a trial is made for: the recipe but for its seed, and Gymnasium's and numpy's versions."""
    versions = {name: version_here(name) for name in ("gymnasium", "numpy")}
    unseeded = msgspec.structs.replace(recipe, seed=None)
    return hashlib.sha256(msgspec.json.encode([unseeded, versions, sys.platform])).hexdigest()


def confined(recipe: Recipe, modules: Iterable[str], limits: Limits) -> Verdict:
    """The verdict on an environment, found in a process of its own from its constructor on. Takes seconds.

    Raises:
        NotCreatable: its constructor refused, or the process did not survive it.
    """
    return in_confinement(recipe.env_id, limits, examine, recipe, tuple(modules))


def in_confinement(env_id: str, limits: Limits, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What a function that makes an environment returns in a process of its own.

    Raises:
        NotCreatable: the environment's code ended the process, or took more than the limits; it is told which.
    """
    try:
        return in_child(function, limits, "random", *args, **kwargs)
    except ChildEnded as ended:
        raise NotCreatable(
            f"{env_id} was tried in a process of its own, which {ended}. The limits of a trial are "
            "GYM_HTTP_MAX_TRIAL_SECONDS and GYM_HTTP_MAX_TRIAL_BYTES.",
            env_id=env_id,
        ) from None


def examine(recipe: Recipe, modules: tuple[str, ...]) -> Verdict:
    """The verdict on an environment, found in this process."""
    register_environments(modules)
    env = make(recipe)
    made_from = distributions_of(type(layer).__module__ for layer in layers(env))
    versions = {name: version_here(name) for name in made_from}
    proved = proved_mechanism(env)
    if proved is None:
        return msgspec.structs.replace(try_out(recipe, env, modules), versions=versions)
    # It is carried exactly; what is left to see is whether it can be called at all with these arguments.
    perform(env, Reset(seed=11))
    perform(env, Step(env.action_space.sample()))
    if recipe.draws:
        perform(env, Render())
    return Verdict(proved.name, {}, versions)


def try_out(recipe: Recipe, env: Any, modules: Iterable[str]) -> Verdict:
    """Try the mechanisms that suit the environment, one after another, on scratch copies. Takes seconds."""
    seeded = msgspec.structs.replace(recipe, seed=11)
    reasons = {}
    for mechanism in candidates(env):
        try:
            check_recipe(seeded, modules=tuple(modules), mechanism=mechanism, **_EXTENT)
        except GymHTTPError as error:
            reasons[mechanism.name] = f"{mechanism.name}: {error.detail}"
        except Exception as error:  # the environment's own exception in the middle of the script
            reasons[mechanism.name] = f"{mechanism.name}: the trial ended with {type(error).__name__}: {error}."
        else:
            return Verdict(mechanism.name, reasons)
    return Verdict(None, reasons)
