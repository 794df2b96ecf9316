"""What there is once in a process and a graph therefore names: modules, global generators, bare sentinels."""

import random
import sys
from types import ModuleType
from typing import Any

import numpy as np

from shared.codec.plain import NotPlain
from shared.snapshot.contract.stable_names import stable_name

_GLOBAL_GENERATORS = {
    module.__name__: getattr(module.seed, "__self__", None)  # the module's functions are this object's methods
    for module in (random, np.random)
}


def reduce_module(module: ModuleType) -> Any:
    """A module by its name; cloudpickle would copy one that has none.

    Raises:
        NotPlain: It cannot be imported.
    """
    if sys.modules.get(module.__name__) is not module:
        raise NotPlain(f"the module {module.__name__} cannot be imported")
    return NotImplemented


def reduce_generator(generator: Any) -> Any:
    """A global generator by its name, since it is lent to environments and not theirs; any other by its state."""
    name = next((name for name, shared in _GLOBAL_GENERATORS.items() if shared is generator), None)
    return NotImplemented if name is None else (_global_generator, (name,))


def reduce_sentinel(sentinel: object) -> Any:
    """A bare `object()` by the name under which a module holds it: only its identity counts."""
    named = [
        (module.__name__, name)
        for module in [*sys.modules.values()]
        for name, value in [*getattr(module, "__dict__", {}).items()]
        if value is sentinel
    ]
    return (_global, min(named)) if named else NotImplemented


@stable_name("global generator")
def _global_generator(name: str) -> Any:
    return _GLOBAL_GENERATORS[name]


@stable_name("global")
def _global(module: str, name: str) -> Any:
    __import__(module)
    return getattr(sys.modules[module], name)
