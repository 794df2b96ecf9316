"""A walk through an environment's graph: what it is made of, and whether all of it can be made again."""

import pickle
from types import FunctionType
from typing import Any

import gymnasium

from shared.snapshot.codec.plain import NotPlain
from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.leaves import leaf_for
from shared.snapshot.graph.native_base import module_name
from shared.snapshot.graph.path import path_to_culprit
from shared.snapshot.graph.pickler import GraphPickler


class Survey:
    """One walk through a newly made environment.

    Raises:
        NotPlain: something in it is not carried; the way to it is named.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        self.constants = Constants()
        surveyor = _Surveyor(self.constants)
        written(surveyor, env, self.constants)
        self.constants.complete = True
        self.modules = surveyor.modules
        """Those whose classes and functions the graph names."""


class _Surveyor(GraphPickler):
    def __init__(self, constants: Constants) -> None:
        super().__init__(constants)
        self.modules: set[str] = set()

    def reducer_override(self, instance: Any) -> Any:
        named = instance if isinstance(instance, type | FunctionType) else type(instance)
        self.modules.add(module_name(named) if isinstance(named, type) else named.__module__ or "")
        if (leaf := leaf_for(type(instance))) is not None:
            self.modules.add(type(leaf).__module__)
        return super().reducer_override(instance)


def written(
    pickler: GraphPickler, env: gymnasium.Env[Any, Any], constants: Constants
) -> tuple[bytes, list[pickle.PickleBuffer]]:
    """The graph's pickle, and the large blocks that stand beside it.

    Raises:
        NotPlain: something in it is not carried; the way to it is named.
    """
    try:
        return pickler.written(env)
    except Exception as error:  # objects are asked how to pickle them, and those that refuse raise anything
        raise NotPlain(f"{path_to_culprit(env, constants)}: {error}") from error
