"""What is read from NumPy's memory is what NumPy says of its generator."""

import ctypes
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from shared.snapshot.generators import pcg64
from shared.snapshot.generators.generators import GeneratorStates, generator_state

DRAWS: list[Callable[[np.random.Generator], object]] = [
    lambda generator: generator.random(3),
    lambda generator: generator.integers(0, 10, dtype=np.uint32),  # leaves half of 64 bits over
    lambda generator: generator.normal(size=5),
]


@pytest.mark.parametrize("draw", DRAWS)
def test_a_generator_is_read_as_numpy_describes_it_before_and_after_a_draw(
    draw: Callable[[np.random.Generator], object],
) -> None:
    generator = np.random.default_rng(5)
    assert isinstance(generator.bit_generator, np.random.PCG64)
    read = pcg64.reader(generator.bit_generator)
    first = read()
    assert first == pcg64.packed(generator.bit_generator)
    draw(generator)
    assert read() == pcg64.packed(generator.bit_generator) != first


def test_a_packed_state_makes_another_generator_continue() -> None:
    generator, other = np.random.default_rng(5), np.random.default_rng(6)
    generator.integers(0, 10, dtype=np.uint32)
    assert isinstance(generator.bit_generator, np.random.PCG64)
    other.bit_generator.state = pcg64.unpack(pcg64.packed(generator.bit_generator))
    assert (
        other.integers(0, 1000, 9, dtype=np.uint32).tolist() == generator.integers(0, 1000, 9, np.uint32).tolist()
    )


def test_memory_in_another_form_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.PCG64(5)
    said = b"what NumPy says".ljust(40)
    monkeypatch.setattr(pcg64, "packed", lambda _: said)
    assert pcg64.reader(generator)() == said


def test_memory_outside_the_generator_is_not_read() -> None:
    elsewhere = ctypes.create_string_buffer(64)

    class Moved(np.random.PCG64):
        ctypes = SimpleNamespace(state_address=ctypes.addressof(elsewhere))  # type: ignore[assignment]

    generator = Moved(5)
    assert pcg64.reader(generator)() == pcg64.packed(np.random.PCG64(5))


def test_a_generator_that_took_anothers_place_is_read_in_its_stead() -> None:
    one = SimpleNamespace(np_random=np.random.default_rng(1))
    other = SimpleNamespace(np_random=np.random.Generator(np.random.MT19937(2)))
    states = GeneratorStates([one, other])
    one.np_random = np.random.default_rng(3)
    first, second = states.read()
    assert (first, second["bit_generator"]) == (generator_state(one.np_random), "MT19937")
    one.np_random, other.np_random = np.random.default_rng(4), np.random.Generator(np.random.MT19937(5))
    states.write([first, second])
    assert one.np_random.integers(0, 99, 5).tolist() == np.random.default_rng(3).integers(0, 99, 5).tolist()
    expected = np.random.Generator(np.random.MT19937(2)).integers(0, 99, 5).tolist()
    assert other.np_random.integers(0, 99, 5).tolist() == expected
