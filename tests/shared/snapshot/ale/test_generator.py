"""ALE's generator is read, stored and seeded as ALE does it."""

import numpy as np
import pytest

from shared.snapshot.ale import generator
from shared.snapshot.ale.generator import ALWAYS_LARGEST, drawn_between, is_fresh, packed, seeded, unpacked, words


def after(draws: int, seed: int = 5) -> tuple[bytes, list[int]]:
    """numpy's MT19937 after so many draws, as text, and the numbers drawn."""
    random = np.random.RandomState(seed)
    drawn = [int(number) for number in random.randint(0, 1 << 32, draws, np.uint64)] if draws else []
    state = random.get_state(legacy=False)["state"]
    return generator.text(np.append(state["key"], np.uint32(state["pos"]))), drawn


@pytest.mark.parametrize("draws", [0, 1, 623, 624, 625, 2000])
def test_a_packed_generator_comes_back_as_the_same_text(draws: int) -> None:
    text, _ = after(draws)
    assert len(packed(text)) == 2500
    assert unpacked(packed(text)) == text


@pytest.mark.parametrize("seed", [0, 1, -1, 2**31, 2**32 - 1])
def test_a_seeded_generator_is_fresh_and_one_that_was_drawn_from_is_not(seed: int) -> None:
    assert is_fresh(seeded(seed))
    assert not is_fresh(after(1)[0])


def test_seeds_that_are_equal_as_32_bits_give_one_generator() -> None:
    """ALE's setting is a signed integer."""
    assert seeded(-1) == seeded(2**32 - 1) != seeded(1)


@pytest.mark.parametrize(("start", "draws"), [(0, 10), (100, 32), (600, 60), (620, 4), (624, 1), (10, 0)])
def test_the_numbers_drawn_between_two_states_are_those_that_were_drawn(start: int, draws: int) -> None:
    """Also where all words were made anew between them."""
    before, _ = after(start)
    now, drawn = after(start + draws)
    assert drawn_between(words(before), words(now)).tolist() == drawn[start:]


def test_a_generator_that_always_draws_the_largest_does_so() -> None:
    state = words(ALWAYS_LARGEST)
    later = state.copy()
    later[-1] = 624
    assert set(drawn_between(state, later).tolist()) == {0xFFFFFFFF}


@pytest.mark.parametrize("text", [b"", b"1 2 3", b"1 " * 626, b"1 " * 624 + b"625"])
@pytest.mark.filterwarnings("ignore:string or file could not be read:DeprecationWarning")
def test_a_text_that_is_no_generator_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="624 words and a position"):
        words(text)


@pytest.mark.parametrize("raw", [b"", bytes(2496), bytes(2504), bytes(2496) + b"\xff" * 4, b"123"])
def test_bytes_that_are_no_generator_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"624 words and a position|buffer size"):
        unpacked(raw)
