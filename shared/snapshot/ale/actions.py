"""ALE's sticky actions: which of the pressed actions is in effect, which ALE itself does not tell.

At every frame ALE draws two numbers from an MT19937 of its own. Where the first is not below
`repeat_action_probability` the pressed action takes effect; otherwise the one in effect stays. The action is part
of the state (without it 42 of 480 restores diverged) and ALE serialises the generator but not the action.
"""

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_WORDS = 624
_RANGE = 1 << 32
_FRAME = struct.Struct("<Bf")  # ALE takes the strength as a 32-bit float


class Press(NamedTuple):
    """An action of ALE's 18 and the strength of a paddle's movement."""

    action: int
    strength: float


NOOP = Press(0, 1.0)
"""In effect after every reset."""


class Presses:
    """What was pressed, one frame after another, in five bytes a frame."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes = b"") -> None:
        self.raw = bytearray(raw)

    def __len__(self) -> int:
        return len(self.raw) // _FRAME.size

    def __getitem__(self, frame: int) -> Press:
        return Press(*_FRAME.unpack_from(self.raw, frame % len(self) * _FRAME.size))

    def append(self, action: int, strength: float) -> None:
        """Note the next frame's."""
        self.raw += _FRAME.pack(action, strength)


class StickyAction:
    """The action in effect, followed from a reset on."""

    def __init__(self, stickiness: float, generator: bytes, press: Press = NOOP) -> None:
        self.press = press
        self._stickiness = stickiness
        self._words = words(generator)

    def reseed(self, generator: bytes) -> None:
        """Go on from a generator that was put in the place of the one at which `follow` stopped."""
        self._words = words(generator)

    def follow(self, presses: Presses, frames: int, generator: bytes) -> None:
        """Go on over the last `frames` of `presses`, after which ALE's generator is the one given.

        Nothing is generated: the numbers that were drawn are in the words before and after.

        Raises:
            ValueError: the generator was not drawn from twice a frame, so the action is not known any more.
        """
        before, self._words = self._words, words(generator)
        start, end = int(before[-1]), int(self._words[-1])
        if np.array_equal(before[:-1], self._words[:-1]):
            drawn = before[start:end]
        else:
            drawn = np.concatenate((before[start:-1], self._words[:end]))
        if len(drawn) != 2 * frames:
            raise ValueError(f"ALE drew {len(drawn)} numbers in {frames} frames")
        taken = np.flatnonzero(_tempered(drawn[::2]) / _RANGE >= self._stickiness)
        if len(taken):
            self.press = presses[int(taken[-1]) - frames]


def words(generator: bytes) -> NDArray[np.uint32]:
    """The 624 words and the position of the generator that ALE wrote as text.

    Raises:
        ValueError: it is something else.
    """
    found: NDArray[np.uint32] = np.fromstring(generator, np.uint32, sep=" ")
    if len(found) != _WORDS + 1 or found[-1] > _WORDS:
        raise ValueError(f"a generator is {_WORDS} words and a position, not {len(found)} numbers")
    return found


def text(generator: NDArray[np.uint32]) -> bytes:
    """The words and the position as ALE reads them."""
    return " ".join(map(str, generator.tolist())).encode()


def packed(generator: bytes) -> bytes:
    """The generator that ALE wrote as text in 2,500 bytes instead of some 6,700; it does not compress further."""
    return words(generator).astype("<u4").tobytes()


def unpacked(raw: bytes) -> bytes:
    """What `packed` was given.

    Raises:
        ValueError: it is something else.
    """
    generator = np.frombuffer(raw, "<u4")
    if len(generator) != _WORDS + 1 or generator[-1] > _WORDS:
        raise ValueError("a generator is 624 words and a position")
    return text(generator)


def seeded(seed: int) -> bytes:
    """The generator that ALE makes from the setting `random_seed`, as text."""
    key = np.random.RandomState(seed % _RANGE).get_state(legacy=False)["state"]["key"]
    return text(np.append(key, np.uint32(_WORDS)))


def is_fresh(generator: bytes) -> bool:
    """Whether nothing has been drawn since it was seeded."""
    return generator.endswith(b" %d" % _WORDS)


def _tempered(drawn: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The numbers that MT19937 gives out for its words."""
    word = np.uint32
    drawn = drawn ^ drawn >> word(11)
    drawn ^= drawn << word(7) & word(0x9D2C5680)
    drawn ^= drawn << word(15) & word(0xEFC60000)
    return drawn ^ drawn >> word(18)


ALWAYS_TAKEN = text(np.array([0x12DD9BB3] * _WORDS + [0], np.uint32))
"""A generator that draws 0xFFFFFFFF 624 times, so that a pressed action takes effect at once."""
