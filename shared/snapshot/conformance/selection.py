"""Selecting the mechanism for an environment that no family declares: by trial, once for each kind.

A trial is a brief run of the conformance suite, a fresh process included, so it takes seconds. It misses what some
hundred calls do not show; a restore therefore also verifies what it can.
"""

import gc
import hashlib
import sys
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, ParamSpec, TypeVar

import msgspec

from shared.errors import GymHTTPError, JournalFull, NotCreatable, NotEncodable, NotExact, text_of
from shared.snapshot.conformance.addresses import check_addresses
from shared.snapshot.conformance.alive import is_alone
from shared.snapshot.conformance.check import check_recipe
from shared.snapshot.conformance.episodes import check_episodes
from shared.snapshot.conformance.new_processes import new_processes
from shared.snapshot.conformance.turns import check_turns
from shared.snapshot.contract.calls import Render, Reset, Step, perform
from shared.snapshot.contract.mechanism import Mechanism, is_episodic, makes_calls_again
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.generators.generators import layers
from shared.snapshot.isolation.child_process import ChildEnded, in_child
from shared.snapshot.isolation.limits import Limits
from shared.snapshot.isolation.notes import say
from shared.snapshot.making.arguments import are_modest, reach_native_code
from shared.snapshot.making.env_ids import registered_family
from shared.snapshot.making.make import make, register_environments
from shared.snapshot.registry import (
    ENTRY_POINT_GROUP,
    candidates,
    candidates_alone,
    mechanism_named,
    mechanism_names,
    proved_mechanism,
)
from shared.snapshot.versions.distributions import distributions_of, version_here

P = ParamSpec("P")
R = TypeVar("R")

_MOST_UNTRIED_ENVS = 32
"""The most environments of a vector that is made without a trial: more may take much memory."""

_TRIAL = 6
"""The version of the trial. A trial that checks more has the next number, so that every kind is tried anew."""

_OF_ANY = "any"
"""Stands for every mechanism in a refusal that no mechanism could change."""

_SEED = 11
_BRIEF: dict[str, Any] = {"episodes": (1, 2), "steps": 12, "further": 24, "chain": 6}


class Verdict(msgspec.Struct, frozen=True):
    """The outcome of a trial. Stores keep it, as JSON."""

    mechanism: str | None
    """The name of the first mechanism that proved exact; None if none did."""
    reasons: dict[str, str]
    """Why each mechanism before it was not selected, by name."""
    versions: dict[str, str] = {}
    """The distributions behind the environment's classes, with the versions that were tried."""
    env_id: str = ""
    """What was tried, by which a verdict is found again."""

    def holds(self) -> bool:
        """Whether the versions that were tried are still those installed."""
        return all(version_here(name) == found for name, found in self.versions.items())

    def selected(self) -> Mechanism:
        """The mechanism that proved exact.

        Raises:
            NotExact: none did. The text has the reasons.
        """
        if self.mechanism is not None:
            return mechanism_named(self.mechanism)
        if _OF_ANY in self.reasons:
            raise NotExact(self.reasons[_OF_ANY], reasons=self.reasons)
        told = " ".join(self.reasons.values()) or "No mechanism here claims it."
        raise NotExact(
            f"The environment cannot be restored exactly, so it is not created. {told} A package can bring a "
            f"mechanism as an entry point of the group {ENTRY_POINT_GROUP!r}.",
            reasons=self.reasons,
        )


def needs_trial(recipe: Recipe) -> bool:
    """Whether an environment has to be tried in a child process before it is made in this one.

    Not if a family declares mechanisms for it and the arguments neither reach native code nor can make it large.
    Anything else may end the process, or fill its memory, in the constructor already. Only Gymnasium's registry is
    asked.
    """
    family = registered_family(recipe.env_id)
    if family is None or not family.mechanisms:
        return True
    large = (recipe.num_envs or 1) > _MOST_UNTRIED_ENVS or not are_modest(recipe.kwargs)
    return large or reach_native_code(recipe.env_id, recipe.kwargs)


def verdict_key(recipe: Recipe) -> str:
    """The key of a verdict: a digest of the recipe without its seed, versions, mechanisms and the trial itself."""
    versions = {name: version_here(name) for name in ("gymnasium", "numpy")}
    unseeded = msgspec.structs.replace(recipe, seed=None)
    told = [unseeded, versions, sys.platform, _TRIAL, mechanism_names()]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def select_in_child(recipe: Recipe, modules: Iterable[str], limits: Limits) -> Verdict:
    """Try an environment in a child process, from its constructor on. Takes seconds.

    Raises:
        NotCreatable: its constructor refused, or it ended the child.
    """
    return run_in_child(recipe.env_id, limits, select, recipe, tuple(modules))


def run_in_child(env_id: str, limits: Limits, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function that makes the environment, in a child process with limits.

    Raises:
        NotCreatable: the environment's code ended the child or exceeded the limits. The text says how.
    """
    try:
        return in_child(function, limits, "random", *args, **kwargs)
    except ChildEnded as ended:
        raise NotCreatable(
            f"{env_id} was tried in a process of its own, which {ended}. Should it need more, the limits are "
            "GYM_HTTP_MAX_TRIAL_SECONDS and GYM_HTTP_MAX_TRIAL_BYTES, and the memory of a Lambda function.",
            env_id=env_id,
        ) from None


def select(recipe: Recipe, modules: tuple[str, ...]) -> Verdict:
    """Try an environment in this process."""
    say("The environment is made.")
    register_environments(modules)
    env = make(recipe)
    distributions = distributions_of(type(layer).__module__ for layer in layers(env))
    versions = {name: version_here(name) for name in distributions}
    proved = proved_mechanism(env)
    if proved is None:
        found = Candidates.for_new(env)
        env.close()
        del env  # some engines end when nothing refers to them
        verdict = try_candidates(recipe, found, modules)
        return msgspec.structs.replace(verdict, env_id=recipe.env_id, versions=versions)
    # Its mechanism is exact. What is left to see is whether calls survive these arguments.
    perform(env, Reset(seed=_SEED))
    perform(env, Step(env.action_space.sample()))
    if recipe.draws:
        perform(env, Render())
    return Verdict(proved.name, {}, versions, recipe.env_id)


class Candidates(NamedTuple):
    """The mechanisms that suit an environment."""

    beside: list[Mechanism]
    """If a process can hold several."""
    alone: list[Mechanism]
    """If it holds one at a time."""

    @classmethod
    def for_new(cls, env: Any) -> "Candidates":
        """Those for a new environment."""
        return cls(candidates(env), candidates_alone(env))


def try_candidates(recipe: Recipe, found: Candidates, modules: Iterable[str]) -> Verdict:
    """Try each mechanism on environments of the recipe, until one proves exact. Takes seconds.

    None of them may be alive in this process, in which one was made before.

    Raises:
        NotCreatable: none proved exact, and for one of them the time was not enough.
    """
    with new_processes():
        return _first_exact(msgspec.structs.replace(recipe, seed=_SEED), found, tuple(modules))


def _first_exact(recipe: Recipe, found: Candidates, modules: tuple[str, ...]) -> Verdict:
    gc.collect()
    try:
        say("How many can be alive?")
        alone = is_alone(recipe, modules)
        if alone and recipe.num_envs is not None:
            raise NotExact(f"A process holds one {recipe.env_id} at a time, which is served, but not as a vector.")
    except NotExact as error:
        return Verdict(None, {_OF_ANY: error.detail})
    reasons: dict[str, str] = {}
    late: list[str] = []
    growing: Verdict | None = None
    took_long = False
    """Whether many episodes do, of which another mechanism would need as many."""
    for mechanism in found.alone if alone else found.beside:
        if took_long if is_episodic(mechanism) else growing is not None:
            continue
        try:
            grows = _tried(recipe, modules, mechanism)
        except (JournalFull, ChildEnded) as error:
            late.append(f"{mechanism.name}: {error}")
        except NotEncodable as error:
            return Verdict(None, {_OF_ANY: f"{recipe.env_id} is not created. {error.detail}"})
        except GymHTTPError as error:
            reasons[mechanism.name] = f"{mechanism.name}: {error.detail}"
            took_long = took_long or "seconds" in error.evidence
        except Exception as error:  # the environment's own, where no scenario compares it
            reasons[mechanism.name] = (
                f"{mechanism.name}: the trial ended with {type(error).__name__}: {text_of(error)}."
            )
        else:
            verdict = Verdict(mechanism.name, {**reasons})
            if not grows:
                return verdict
            growing = verdict
            reasons[mechanism.name] = f"{mechanism.name}: its snapshots hold ever more calls in place of a state."
    if growing is not None:
        return growing
    if late:
        # Time says nothing about exactness, so nothing of this is kept.
        raise NotCreatable(
            f"The time was not enough to try {recipe.env_id}, which says nothing about exactness and is not kept: "
            f"{' '.join(late)} Raise GYM_HTTP_MAX_TRIAL_SECONDS.",
            env_id=recipe.env_id,
        )
    return Verdict(None, reasons)


def _tried(recipe: Recipe, modules: tuple[str, ...], mechanism: Mechanism) -> bool:
    """Whether snapshots by the mechanism, which is exact, grow with the calls."""
    if is_episodic(mechanism):
        say(f"{mechanism.name}: many episodes, each against a new environment")
        check_episodes(recipe, mechanism)
    say(f"{mechanism.name}: snapshots, restored in a new process")
    report = check_recipe(recipe, modules=modules, mechanism=mechanism, **_BRIEF)
    if report.grows or (makes_calls_again(mechanism) and not is_episodic(mechanism)):
        say(f"{mechanism.name}: the same calls twice")
        check_addresses(recipe)
    say(f"{mechanism.name}: two of the kind by turns")
    check_turns(recipe, modules, mechanism)
    return report.grows
