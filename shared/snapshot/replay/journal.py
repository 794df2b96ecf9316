"""The fallback for any deterministic environment: every call since it was made is made again.

That it is deterministic cannot be seen from outside: who chooses this mechanism has tried it. Such an environment
has a bounded life, since its journal never begins anew.
"""

import copy
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import gymnasium
import numpy as np

from shared.codec import plain
from shared.snapshot.contract.calls import Call, Render, perform
from shared.snapshot.contract.digest import digest
from shared.snapshot.contract.mechanism import Home
from shared.snapshot.generators.generators import generators_of, layers
from shared.snapshot.isolation.global_rng import GlobalRng
from shared.snapshot.mujoco.gl_context import GLContext, draws
from shared.snapshot.replay.replay import ReplayMechanism
from shared.snapshot.versions.distributions import distributions_of, version_here


class _DeterministicCore:
    """An environment of which nothing is known but that the same calls and the same global_rng give the same."""

    restarts = False

    def __init__(self, env: gymnasium.Env[Any, Any], seed: bytes) -> None:
        self._env = env
        self._global_rng = GlobalRng(seed)
        self._spent_s = 0.0
        self._last = ""
        self._screen = GLContext(env) if draws(env) else None
        self._is_seen = True

    def clear(self) -> bool:
        return False

    def remains(self) -> None:
        """Nothing is known of it, which is why a journal never begins anew."""

    def set_remains(self, value: None) -> None:
        """There are none."""

    def versions(self) -> dict[str, str]:
        return {name: version_here(name) for name in distributions_of(_modules_of(self._env))}

    def generators(self) -> list[np.random.Generator]:
        with self._global_rng.lent():
            return generators_of(self._env)

    def perform(self, call: Call) -> Any:
        with self._global_rng.lent(), self._screen.current() if self._screen else nullcontext():
            if self._screen and self._screen.only_shows and isinstance(call, Render):
                # A frame of MuJoCo's takes 0.1 s in software, and a replay leaves it out.
                return perform(self._env, call) if self._is_seen else self._screen.open()
            began = time.perf_counter()
            result = perform(self._env, call)
            self._spent_s += time.perf_counter() - began
            generators_of(self._env)  # makes those that the call left to be made
        self._last = digest(result)
        return result

    @contextmanager
    def unseen(self) -> Iterator[None]:
        self._is_seen = False
        try:
            yield
        finally:
            self._is_seen = True

    def witness(self) -> str:
        return self._last

    def replay_s(self) -> float:
        return self._spent_s  # a restored core has made the calls here too

    def close(self) -> None:
        if self._screen:
            self._screen.close()
        # Several environments' `close` shuts pygame down for all; they are left to the collector.
        elif "pygame" not in sys.modules:
            self._env.close()


def _modules_of(env: gymnasium.Env[Any, Any]) -> Iterator[str]:
    """The third-party modules of the environment's classes, and those that they import or take names from."""
    classes = (ancestor for layer in layers(env) for ancestor in type(layer).__mro__)
    for module in {ancestor.__module__ for ancestor in classes}:
        if module.partition(".")[0] in sys.stdlib_module_names | {"gymnasium"}:
            continue
        yield module
        for value in vars(sys.modules[module]).values():
            if isinstance(value, ModuleType):
                yield value.__name__
            elif isinstance(value, type | FunctionType | BuiltinFunctionType):
                yield value.__module__ or module


def _can_be_recorded(env: gymnasium.Env[Any, Any], *, drawn: bool) -> bool:
    if draws(env) is not drawn:
        return False
    try:
        plain.dumps(copy.deepcopy(env.action_space).sample())
    except plain.NotPlain:
        return False
    return True


JOURNAL = ReplayMechanism("journal", _DeterministicCore, partial(_can_be_recorded, drawn=False))
JOURNAL_DRAWN = ReplayMechanism(
    "journal-drawn", _DeterministicCore, partial(_can_be_recorded, drawn=True), home=Home.GRAPHICS
)
"""For environments built on Gymnasium's `MujocoEnv`, which draw on the graphics thread alone."""
