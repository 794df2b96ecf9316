"""Which mechanism carries an environment that no family knows: found by trial, once for what it is made from.

The trial is the conformance suite on a small scale, one restore in a fresh process among its many. It misses what
is rarer than some hundred calls show; a restore therefore verifies what it can besides.
"""

import hashlib
import sys
from collections.abc import Iterable
from typing import Any

import msgspec

from shared.errors import GymHTTPError, NotExact
from shared.snapshot.check import check_recipe
from shared.snapshot.distributions import distributions_of, version_here
from shared.snapshot.generators import layers
from shared.snapshot.mechanism import Mechanism
from shared.snapshot.recipe import Recipe
from shared.snapshot.registry import ENTRY_POINT_GROUP, candidates, mechanism_named

_EXTENT: dict[str, Any] = {"episodes": (1, 2), "steps": 12, "further": 24, "chain": 6}


class Verdict(msgspec.Struct, frozen=True):
    """What the trial of an environment came to."""

    mechanism: str | None
    """The name of the first mechanism that proved exact; None if none did."""
    reasons: dict[str, str]
    """Why each mechanism before it was not taken."""

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


def subject_of_trial(recipe: Recipe, env: Any) -> str:
    """A digest of all that a verdict depends on: the recipe but for its seed, and the versions."""
    modules = [type(layer).__module__ for layer in layers(env)]
    versions = {name: version_here(name) for name in ("gymnasium", "numpy", *distributions_of(modules))}
    unseeded = msgspec.structs.replace(recipe, seed=None)
    return hashlib.sha256(msgspec.json.encode([unseeded, versions, sys.platform])).hexdigest()


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
