"""One walk through a new environment's graph: its constants, and the modules that it names."""

from types import FunctionType
from typing import Any

import gymnasium

from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.leaves import leaf_for
from shared.snapshot.graph.native_base import module_name
from shared.snapshot.graph.path import pickled
from shared.snapshot.graph.pickler import GraphPickler


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
