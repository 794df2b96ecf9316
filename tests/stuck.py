"""An environment that does not come back, in several ways; importing this module registers it."""

import ctypes
import os
import time
from typing import Any

import gymnasium
from gymnasium import spaces

_FOR_LONG = 100_000


class Stuck(gymnasium.Env[Any, Any]):
    """Counts its steps. The option `then` of a reset says what the next step does."""

    metadata = {"render_modes": ["ansi"]}  # noqa: RUF012

    def __init__(self, render_mode: str | None = None) -> None:
        self.render_mode = render_mode
        self.action_space = spaces.Discrete(2)
        self.observation_space = spaces.Discrete(1000)
        self._count = 0
        self._then: str | None = None

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[int, dict[str, Any]]:
        super().reset(seed=seed)
        self._count = 0
        self._then = (options or {}).get("then")
        return 0, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        self._count += 1
        if self._then is not None:
            getattr(self, f"_{self._then}")()
        return self._count, 1.0, False, False, {}

    def render(self) -> str:
        return str(self._count)

    def _loop(self) -> None:
        while True:
            pass

    def _swallow(self) -> None:
        try:
            self._loop()
        except BaseException:
            self._count += 100

    def _sleep(self) -> None:
        """In native code that lets other threads run."""
        time.sleep(_FOR_LONG)

    def _hold(self) -> None:
        """In native code that keeps the interpreter's lock: nothing else runs in the process."""
        ctypes.PyDLL(None).sleep(_FOR_LONG)

    def _nap(self) -> None:
        time.sleep(3)

    def _exit(self) -> None:
        """With the status of a server that could not start."""
        os._exit(3)

    def _crash(self) -> None:
        os.abort()


gymnasium.register("Stuck-v0", f"{__name__}:Stuck")
