"""Environments of whose engine a process holds one at a time; importing this module registers them."""

import ctypes
import fcntl
import gc
import itertools
import threading
import weakref
from pathlib import Path
from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete

Result = tuple[Any, float, bool, bool, dict[str, Any]]

_MEMORY = (ctypes.c_double * 4)()
"""As a library in C has it: every engine of the process would write here."""
_EPISODE = 30


class Engine:
    """The one engine of the process."""

    living: ClassVar[int] = 0
    _in_a_call = threading.Lock()

    def __init__(self) -> None:
        if Engine.living:
            raise RuntimeError("Cannot create multiple emulator instances per process")
        Engine.living += 1
        self._open = True
        self.load()

    def load(self) -> None:
        """Begin anew."""
        _MEMORY[:] = [0.3, 0.6, 0.9, 0.0]

    def run(self, action: int, noise: float) -> Any:
        """One chaotic frame, so that any difference before shows from then on."""
        assert self._open, "a frame of an engine that has ended"
        assert self._in_a_call.acquire(blocking=False), "two threads in one engine"
        try:
            for place in range(3):
                x = _MEMORY[place]
                _MEMORY[place] = (3.9 * x * (1 - x) + 0.001 * (action + 1) + 0.0001 * noise) % 1.0
            _MEMORY[3] += 1
            return np.array(_MEMORY[:])
        finally:
            self._in_a_call.release()

    def end(self) -> None:
        """Let another be made."""
        if self._open:
            self._open = False
            Engine.living -= 1


class Emulator(gymnasium.Env[Any, Any]):
    """Ends its engine with `close`."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"]}  # noqa: RUF012  (as Gymnasium declares it)

    def __init__(self, render_mode: str | None = None, lasting: bool = False) -> None:
        self.render_mode = render_mode
        self.action_space = Discrete(3)
        self.observation_space = Box(-np.inf, np.inf, (4,), np.float64)
        self._lasting = lasting
        """Whether a reset leaves the engine as it is."""
        self._engine = Engine()

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        if not self._lasting:
            self._engine.load()
        return self._engine.run(0, self.np_random.random()), {}

    def step(self, action: Any) -> Result:
        seen = self._engine.run(int(action), self.np_random.random())
        return seen, float(seen[0]), bool(seen[3] >= _EPISODE), False, {}

    def render(self) -> Any:
        return np.array([[[int(255 * value) for value in _MEMORY[:3]]]], np.uint8)

    def close(self) -> None:
        self._engine.end()


class Collected(Emulator):
    """Ends its engine when Python collects it, which waits in a cycle."""

    def __init__(self, render_mode: str | None = None) -> None:
        super().__init__(render_mode)
        self.itself = self
        weakref.finalize(self, self._engine.end)

    def close(self) -> None:
        """Does nothing."""


class MadeOnce(Emulator):
    """Its library cannot begin a second time."""

    begun = itertools.count()

    def __init__(self) -> None:
        if next(self.begun):
            raise RuntimeError("the library is shut down")
        super().__init__()


class OnePort(Emulator):
    """Owns what only one process of the machine can own, as a simulator owns its port."""

    def __init__(self, port: str) -> None:
        self._port = Path(port).open("w")  # noqa: SIM115  (it is owned until `close`)
        try:
            fcntl.flock(self._port, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._port.close()
            raise
        super().__init__()

    def close(self) -> None:
        super().close()
        self._port.close()


def none_living() -> bool:
    """Whether no engine lives in this process."""
    gc.collect()
    return Engine.living == 0


for _kind in (Emulator, Collected, MadeOnce, OnePort):
    gymnasium.register(f"engines/{_kind.__name__}-v0", f"{__name__}:{_kind.__name__}")
