"""ALE's generator of sticky actions, a `std::mt19937`, as ALE writes it and as a snapshot does.

ALE writes it as text: 624 words and a position, separated by spaces, as C++'s `operator<<` does.
"""

import numpy as np
from numpy.typing import NDArray

_WORDS = 624
_SEEDS = 1 << 32


def words(generator: bytes) -> NDArray[np.uint32]:
    """The 624 words and the position, shape (625,).

    Raises:
        ValueError: The text is something else.
    """
    found: NDArray[np.uint32] = np.fromstring(generator, np.uint32, sep=" ")
    if len(found) != _WORDS + 1 or found[-1] > _WORDS:
        raise ValueError(f"a generator is {_WORDS} words and a position, not {len(found)} numbers")
    return found


def text(generator: NDArray[np.uint32]) -> bytes:
    """The text that ALE reads, from the words and the position."""
    return " ".join(map(str, generator.tolist())).encode()


def packed(generator: bytes) -> bytes:
    """The text in 2,500 bytes instead of some 6,700; they do not compress further."""
    return words(generator).astype("<u4").tobytes()


def unpacked(raw: bytes) -> bytes:
    """The text that `packed` was given.

    Raises:
        ValueError: The bytes are something else.
    """
    generator = np.frombuffer(raw, "<u4")
    if len(generator) != _WORDS + 1 or generator[-1] > _WORDS:
        raise ValueError(f"a generator is {_WORDS} words and a position")
    return text(generator)


def seeded(seed: int) -> bytes:
    """The text of the generator that ALE makes from the setting `random_seed`."""
    key = np.random.RandomState(seed % _SEEDS).get_state(legacy=False)["state"]["key"]
    return text(np.append(key, np.uint32(_WORDS)))


def is_fresh(generator: bytes) -> bool:
    """Whether nothing has been drawn since it was seeded."""
    return generator.endswith(b" %d" % _WORDS)


def drawn_between(before: NDArray[np.uint32], after: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The numbers drawn between two states of one generator that are less than 624 draws apart.

    Nothing is generated: the words from which they were drawn still stand in the two states.
    """
    start, end = int(before[-1]), int(after[-1])
    if np.array_equal(before[:-1], after[:-1]):
        return _tempered(before[start:end])
    return _tempered(np.concatenate((before[start:-1], after[:end])))


def _tempered(drawn: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The numbers that MT19937 returns for its words. Matsumoto and Nishimura, 1998, equations (2.2) to (2.5)."""
    word = np.uint32
    drawn = drawn ^ drawn >> word(11)
    drawn ^= drawn << word(7) & word(0x9D2C5680)
    drawn ^= drawn << word(15) & word(0xEFC60000)
    return drawn ^ drawn >> word(18)


ALWAYS_LARGEST = text(np.array([0x12DD9BB3] * _WORDS + [0], np.uint32))
"""A generator whose next 624 draws are 0xFFFFFFFF, so that a pressed action takes effect at once."""
