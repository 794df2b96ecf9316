"""What is read from an MT19937's memory is what NumPy says of it."""

import ctypes
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from shared.snapshot.generators import mt19937
from shared.snapshot.generators.mt19937 import state_bytes


@pytest.fixture(autouse=True)
def _layout_is_found_out_anew() -> Iterator[None]:
    mt19937.is_laid_out_as_described.cache_clear()
    yield
    mt19937.is_laid_out_as_described.cache_clear()


def described(generator: np.random.MT19937) -> bytes:
    state = generator.state["state"]
    return np.array([*state["key"], state["pos"]], np.uint32).tobytes()


@pytest.mark.parametrize("draws", [0, 1, 700])
def test_the_bytes_are_the_state_that_numpy_describes(draws: int) -> None:
    generator = np.random.MT19937(3)
    np.random.Generator(generator).random(draws)
    assert state_bytes(generator) == described(generator)


def test_a_draw_changes_the_bytes() -> None:
    generator = np.random.MT19937(3)
    before = state_bytes(generator)
    np.random.Generator(generator).random()
    assert state_bytes(generator) != before


def test_memory_outside_the_generator_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that keeps the state elsewhere is asked, at an address that it would crash to read."""

    class Moved(np.random.MT19937):
        ctypes = SimpleNamespace(state_address=16)  # type: ignore[assignment]

    generator = Moved(3)
    assert state_bytes(generator) == described(np.random.MT19937(3))


def test_a_state_whose_end_is_outside_the_generator_is_not_read() -> None:
    class Cut(np.random.MT19937):
        @property
        def ctypes(self) -> SimpleNamespace:  # type: ignore[override]
            return SimpleNamespace(state_address=id(self) + type(self).__basicsize__ - 2499)

    assert state_bytes(Cut(3)) == described(np.random.MT19937(3))


def test_memory_in_another_form_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first 2,500 bytes of the object are no state, and NumPy is asked."""
    monkeypatch.setattr(mt19937, "_address_within", id)
    generator = np.random.MT19937(3)
    assert ctypes.string_at(id(generator), 8)
    assert state_bytes(generator) == described(generator)
