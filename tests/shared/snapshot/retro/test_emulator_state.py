"""An emulator's state is what its core wrote, without what lay in memory before."""

import gc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from shared.errors import SnapshotCorrupt
from shared.snapshot.retro.emulator_state import packed, set_state, state_of, unpacked
from tests.shared.snapshot.retro import games


@pytest.fixture
def game() -> Iterator[Any]:
    env: Any = games.play("Plain")
    yield env
    env.close()
    gc.collect()
    assert games.emulator().living == 0


def test_nothing_is_told_of_what_lay_in_memory_before(game: Any) -> None:
    for _ in range(8):
        secrets = [bytearray(b"secret! " * ((1 << 17) + 4)) for _ in range(4)]
        del secrets
        length, written = state_of(game.em)
        assert (length, len(written)) == (1 << 20, 4 + 6 + 64)
        assert b"secret" not in written


def test_an_emulator_goes_on_from_a_state(game: Any) -> None:
    def frames() -> list[list[int]]:
        found = []
        for buttons in range(5):
            game.em.set_button_mask(np.unpackbits(np.array([buttons], np.uint8)), 0)
            game.em.step()
            found.append(game.em.get_screen().tolist())
        return found

    game.em.step()
    state = state_of(game.em)
    came = frames()
    assert state_of(game.em) != state
    assert set_state(game.em, unpacked(packed(state)))
    assert state_of(game.em) == state
    assert frames() == came


def test_a_state_of_another_core_is_not_taken(game: Any) -> None:
    length, written = state_of(game.em)
    assert not set_state(game.em, (length, b"OTHER" + written))


@pytest.mark.parametrize("value", [None, [1], [1, b"no stream"], ["1", b""], [1, b"", 2]])
def test_what_is_no_state_is_corrupt(value: Any) -> None:
    with pytest.raises(SnapshotCorrupt):
        unpacked(value)
