"""The action in effect is known from what was pressed and what ALE's generator drew."""

import numpy as np
import pytest

from shared.snapshot.ale import generator
from shared.snapshot.ale.sticky_action import NOOP, Press, PressLog, StickyAction


def played(stickiness: float, frames: int, seed: int = 3) -> tuple[PressLog, list[bytes], list[Press]]:
    """Presses, the generator before each and after the last, and the action in effect after each."""
    random, presses, effective = np.random.RandomState(seed), PressLog(), NOOP
    states, effects = [_text(random)], []
    for frame in range(frames):
        presses.append(frame % 18, 0.25)
        first, _ = random.randint(0, 1 << 32, 2, np.uint64)
        if first / 2**32 >= stickiness:
            effective = presses[frame]
        states.append(_text(random))
        effects.append(effective)
    return presses, states, effects


def _text(random: np.random.RandomState) -> bytes:
    state = random.get_state(legacy=False)["state"]
    return generator.text(np.append(state["key"], np.uint32(state["pos"])))


@pytest.mark.parametrize("stickiness", [0.0, 0.25, 0.9, 1.0])
@pytest.mark.parametrize("every", [1, 7, 16])
def test_the_action_is_followed_over_any_number_of_frames(stickiness: float, every: int) -> None:
    """Past the point at which the generator makes all its words anew, too."""
    presses, states, effects = played(stickiness, 700)
    sticky = StickyAction(stickiness, states[0])
    for frame in range(every, 700, every):
        seen = PressLog(bytes(presses.raw[: 5 * frame]))
        sticky.follow(seen, every, states[frame])
        assert sticky.press == effects[frame - 1]


def test_another_number_of_draws_than_two_a_frame_is_noticed() -> None:
    """By a new ALE, say, or a frame that was not recorded."""
    presses, states, _ = played(0.25, 20)
    with pytest.raises(ValueError, match="drew 40 numbers in 16 frames"):
        StickyAction(0.25, states[0]).follow(presses, 16, states[20])


def test_a_reseeded_generator_is_followed_from_there() -> None:
    presses, states, effects = played(0.5, 10, seed=8)
    sticky = StickyAction(0.5, generator.seeded(1), NOOP)
    sticky.reseed(states[0])
    sticky.follow(presses, 10, states[10])
    assert sticky.press == effects[-1]


def test_presses_come_back_from_their_bytes() -> None:
    """A strength as the 32-bit float that ALE takes it for."""
    presses = PressLog()
    for action, strength in ((0, 1.0), (17, -0.5), (3, 0.1)):
        presses.append(action, strength)
    found = PressLog(bytes(presses.raw))
    assert len(found) == 3
    assert found[1] == Press(17, -0.5)
    assert found[-1] == Press(3, float(np.float32(0.1)))
