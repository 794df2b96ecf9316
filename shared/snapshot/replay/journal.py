"""The fallback for any deterministic environment: its calls are made again.

Nothing shows from outside that it is deterministic; it is tried before one of these mechanisms is chosen. Every
call since the creation is made again, so that a life is bounded. `episode_journal` has the one that need not.
"""

import copy
import logging
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
from shared.snapshot.isolation.process_state import left_by_constructor
from shared.snapshot.isolation.pygame_quit import pygame_kept
from shared.snapshot.isolation.timeout import interruptible
from shared.snapshot.mujoco.gl_context import GLContext, draws
from shared.snapshot.replay.replay import ReplayMechanism
from shared.snapshot.replay.windows import close_windows, make_window_current
from shared.snapshot.versions.distributions import distributions_of, version_here

_log = logging.getLogger(__name__)


class DeterministicCore:
    """An environment of which only this is known: the same calls and global generators give the same results."""

    def __init__(self, env: gymnasium.Env[Any, Any], seed: bytes) -> None:
        self._env = env
        self._global_rng = GlobalRng(seed)
        self._process = left_by_constructor(env)
        self._spent_s = 0.0
        self._last = ""
        self._gl_context = GLContext(env) if draws(env) else None
        self._is_seen = True

    @property
    def restarts(self) -> bool:
        """See `Replayable.restarts`."""
        return False

    def clear(self) -> bool:
        """See `Replayable.clear`."""
        return False

    def residue(self) -> Any:
        """Unknown, which is why a journal never starts anew."""

    def set_residue(self, value: Any) -> None:
        """There is none."""

    def versions(self) -> dict[str, str]:
        """See `Replayable.versions`."""
        return {name: version_here(name) for name in distributions_of(_modules_of(self._env))}

    def generators(self) -> list[np.random.Generator]:
        """See `Replayable.generators`."""
        with self._global_rng.lent():
            return generators_of(self._env)

    def perform(self, call: Call) -> Any:
        """See `Replayable.perform`."""
        context = self._gl_context
        with self._global_rng.lent(), self._process.lent(), context.current() if context else nullcontext():
            if context and context.only_shows and isinstance(call, Render):
                # MuJoCo takes 0.1 s for a frame in software, so a replay skips it.
                return perform(self._env, call) if self._is_seen else context.open()
            make_window_current(self._env)
            # Of the processor: what a busy machine took from this thread, a replay need not take.
            began = time.thread_time()
            result = perform(self._env, call)
            self._spent_s += time.thread_time() - began
            generators_of(self._env)  # makes those that the call has left unmade
        self._last = self._digest(result)
        return result

    def _digest(self, result: Any) -> str:
        """By which a call that is made again is compared."""
        return digest(result)

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """See `Replayable.unseen`."""
        self._is_seen = False
        try:
            yield
        finally:
            self._is_seen = True

    def fingerprint(self) -> Any:
        """See `Replayable.fingerprint`."""
        return self._last

    def replay_s(self) -> float:
        """See `Replayable.replay_s`."""
        return self._spent_s  # a restored core has made its calls in this process too

    def close(self) -> None:
        """See `Replayable.close`."""
        if self._gl_context:
            self._gl_context.close()
            return
        try:
            with pygame_kept():
                interruptible(lambda env: env.close(), self._env)
        except Exception:  # foreign code, and nothing depends on how it ends
            _log.warning("an environment failed while it was closed", exc_info=True)
        close_windows(self._env)


def _modules_of(env: gymnasium.Env[Any, Any]) -> Iterator[str]:
    """Third-party modules of the environment's classes, and the modules that those import from."""
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


def can_be_recorded(env: gymnasium.Env[Any, Any], *, drawn: bool) -> bool:
    """Whether the calls on a new environment can be written down, and it does or does not draw with MuJoCo."""
    if draws(env) is not drawn:
        return False
    try:
        plain.dumps(copy.deepcopy(env.action_space).sample())
    except plain.NotPlain:
        return False
    return True


JOURNAL = ReplayMechanism("journal", DeterministicCore, partial(can_be_recorded, drawn=False))
JOURNAL_DRAWN = ReplayMechanism(
    "journal-drawn", DeterministicCore, partial(can_be_recorded, drawn=True), home=Home.GRAPHICS
)
"""For environments built on Gymnasium's `MujocoEnv`, which draw on the graphics thread alone."""
