"""ALE's sticky actions: which of the pressed actions is in effect, which ALE itself does not tell.

At every frame ALE draws two numbers from a generator of its own. Where the first is not below
`repeat_action_probability` the pressed action takes effect; otherwise the one in effect stays. The action in
effect is state, and ALE serializes the generator but not the action: without it 42 of 480 restores diverged.
"""

import struct
from typing import NamedTuple

import numpy as np

from shared.snapshot.ale.generator import drawn_between, words

_RANGE = 1 << 32
_FRAME = struct.Struct("<Bf")  # ALE takes the strength as a 32-bit float


class Press(NamedTuple):
    """What `ALEInterface.act` is given: one of ALE's 18 actions, and the strength of a paddle's movement."""

    action: int
    strength: float


NOOP = Press(0, 1.0)
"""In effect after every reset."""


class PressLog:
    """What was pressed, frame by frame, in five bytes each."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes = b"") -> None:
        self.raw = bytearray(raw)

    def __len__(self) -> int:
        return len(self.raw) // _FRAME.size

    def __getitem__(self, frame: int) -> Press:
        return Press(*_FRAME.unpack_from(self.raw, frame % len(self) * _FRAME.size))

    def append(self, action: int, strength: float) -> None:
        """Add the next frame's press."""
        self.raw += _FRAME.pack(action, strength)


class StickyAction:
    """The action in effect, followed from a reset on."""

    def __init__(self, stickiness: float, generator: bytes, press: Press = NOOP) -> None:
        self.press = press
        self._stickiness = stickiness
        self._words = words(generator)

    def reseed(self, generator: bytes) -> None:
        """Continue with a generator that replaces the one at which `follow` stopped."""
        self._words = words(generator)

    def follow(self, presses: PressLog, frames: int, generator: bytes) -> None:
        """Continue over the last `frames` of `presses`, after which ALE's generator is `generator`.

        Raises:
            ValueError: The generator was not drawn from twice a frame, so the action is no longer known.
        """
        before, self._words = self._words, words(generator)
        drawn = drawn_between(before, self._words)
        if len(drawn) != 2 * frames:
            raise ValueError(f"ALE drew {len(drawn)} numbers in {frames} frames")
        taken = np.flatnonzero(drawn[::2] / _RANGE >= self._stickiness)
        if len(taken):
            self.press = presses[int(taken[-1]) - frames]
