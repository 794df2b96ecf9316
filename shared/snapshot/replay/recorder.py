"""A wrapper around the core, so that no call reaches it unrecorded, not even one that a wrapper makes itself."""

from collections.abc import Callable
from typing import Any

import gymnasium

from shared.snapshot.contract.calls import Render, Reset, Step


class CallRecorder(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Hands every call to `record`, which makes it on the core and returns the result."""

    def __init__(self, core: gymnasium.Env[Any, Any], record: Callable[[Step | Reset | Render], Any]) -> None:
        super().__init__(core)
        self._record = record

    def step(self, action: Any) -> Any:
        """`Env.step`."""
        return self._record(Step(action))

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        """`Env.reset`."""
        return self._record(Reset(seed, options))

    def render(self) -> Any:
        """`Env.render`."""
        return self._record(Render())
