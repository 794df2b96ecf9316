import time

import pytest


class Clock:
    """The time of day, which a test moves on instead of waiting."""

    def __init__(self) -> None:
        self._ahead_s = 0.0
        self._real = time.time

    def __call__(self) -> float:
        return self._real() + self._ahead_s

    def forward(self, seconds: float) -> None:
        """Let so much time have passed."""
        self._ahead_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock in place of `time.time`, by which everything here expires."""
    clock = Clock()
    monkeypatch.setattr("time.time", clock)
    return clock
