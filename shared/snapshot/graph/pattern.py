"""What all new environments of a recipe have in common, so that a restore need not make one.

To make an environment with a MuJoCo model takes 20 to 350 ms. A restore needs of it only what no graph holds.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType
from typing import Any

import gymnasium
import msgspec

from shared.snapshot.attributes.state import class_path
from shared.snapshot.contract.recipe import Recipe
from shared.snapshot.contract.stable_names import stable_name_of
from shared.snapshot.generators.generators import layers
from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.leaves import leaf_for
from shared.snapshot.graph.native_base import module_name
from shared.snapshot.graph.path import pickled
from shared.snapshot.graph.pickler import GraphPickler
from shared.snapshot.isolation.module_state import modules_behind
from shared.snapshot.isolation.process_state import ProcessState, left_by_constructor

MOST_PATTERNS = 8
"""Recipes whose patterns a process keeps, with a copy of each model; the one used longest ago is dropped first."""


class Survey:
    """What the graph of a newly made environment consists of.

    Raises:
        NotPlain: Something in it cannot be carried. The message begins with the path to it.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        self.constants = Constants()
        surveyor = _Surveyor(self.constants)
        pickled(surveyor, env, self.constants)
        self.constants.complete = True
        self.modules = surveyor.modules
        """Modules of the classes, functions and leaves that the graph names."""


class _Surveyor(GraphPickler):
    def __init__(self, constants: Constants) -> None:
        super().__init__(constants)
        self.modules: set[str] = set()

    def reducer_override(self, instance: Any) -> Any:
        named = instance if isinstance(instance, type | FunctionType) else type(instance)
        self.modules.add(module_name(named))
        if (leaf := leaf_for(type(instance))) is not None:
            self.modules.add(type(leaf).__module__)
        return super().reducer_override(instance)


@dataclass(frozen=True)
class Pattern:
    """Seen of one new environment."""

    constants: Constants
    layers: list[str]
    """The classes of the wrappers and of the environment, outermost first."""
    modules: set[str]
    """Modules that the graph names."""
    scopes: set[str]
    """Modules whose names the environment may bind."""
    process: ProcessState
    """What the constructor has set in the process."""

    @classmethod
    def of(cls, env: gymnasium.Env[Any, Any]) -> "Pattern":
        """The pattern of a new environment.

        Raises:
            NotPlain: Something in it cannot be carried. The message begins with the path to it.
        """
        survey = Survey(env)
        scopes = modules_behind(map(type, layers(env)), survey.modules)
        return cls(survey.constants, layer_names(env), survey.modules, scopes, left_by_constructor(env))

    @cached_property
    def fingerprint(self) -> bytes:
        """Of the constants: equal for two environments that have the same."""
        return self.constants.fingerprint()

    def for_another(self) -> "Pattern | None":
        """For another environment; None where one could change what the pattern holds."""
        constants = self.constants.for_another()
        if constants is None:
            return None
        return Pattern(constants, self.layers, self.modules, self.scopes, self.process.renewed())


class Patterns:
    """The patterns that a process keeps, of recipes whose environments hold large native objects."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Pattern] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, recipe: Recipe, pattern: Pattern) -> None:
        """Keep what was seen of a new environment of the recipe, if that saves much."""
        own = pattern.for_another() if pattern.constants.originals else None
        if own is None:
            return
        with self._lock:
            self._kept[_key(recipe)] = own
            while len(self._kept) > MOST_PATTERNS:
                self._kept.popitem(last=False)

    def get(self, recipe: Recipe) -> Pattern | None:
        """A pattern for another environment of the recipe, if one is kept."""
        with self._lock:
            kept = self._kept.get(_key(recipe))
            if kept is None:
                return None
            self._kept.move_to_end(_key(recipe))
        return kept.for_another()


def _key(recipe: Recipe) -> bytes:
    """What recipes must have in common; what a constructor makes of its seed is compared at each restore."""
    return msgspec.msgpack.encode(msgspec.structs.replace(recipe, seed=None))


def layer_names(env: gymnasium.Env[Any, Any]) -> list[str]:
    """The stable names or paths of the classes of the wrappers and of the environment, outermost first."""
    return [stable_name_of(type(layer)) or class_path(layer) for layer in layers(env)]
