"""The digest of NumPy is the same wherever it computes the same, and another where a bit differs."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from shared.snapshot.versions.numpy_digest import numpy_digest
from shared.variables import child_environment

LEFT_OUT = {"get_state", "set_state", "seed", "spawn", "multivariate_normal", "bit_generator", "random_integers"}
"""Methods that draw nothing, one that is deprecated, and one that is among the arithmetic."""


def anew() -> str:
    numpy_digest.cache_clear()
    try:
        return numpy_digest()
    finally:
        numpy_digest.cache_clear()


def test_the_digest_is_the_same_in_another_process_with_another_hash_seed() -> None:
    code = "from shared.snapshot.versions.numpy_digest import numpy_digest; print(numpy_digest())"
    found = subprocess.run(
        [sys.executable, "-c", code], env=child_environment(PYTHONHASHSEED="4242"), check=True, capture_output=True
    )
    assert found.stdout.decode().strip() == anew()


def test_the_global_generator_is_left_alone() -> None:
    np.random.seed(3)
    before = np.random.get_state(legacy=False)["state"]["key"].tobytes()
    anew()
    assert np.random.get_state(legacy=False)["state"]["key"].tobytes() == before


@pytest.mark.parametrize("name", ["exp", "sin", "tanh", "sum", "arctan2", "hypot", "linspace"])
def test_a_function_that_differs_in_its_last_bit_gives_another_digest(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As between releases, such as those before 2.0."""
    function = getattr(np, name)
    expected = anew()
    monkeypatch.setattr(np, name, lambda *given: np.nextafter(function(*given), np.inf))
    assert anew() != expected


@pytest.mark.parametrize("kind", [np.random.Generator, np.random.RandomState])
def test_every_method_that_draws_is_sampled(kind: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    called: set[str] = set()

    class Watched(kind):  # type: ignore[misc]
        def __getattribute__(self, name: str) -> Any:
            called.add(name)
            return super().__getattribute__(name)

    monkeypatch.setattr(np.random, kind.__name__, Watched)
    anew()
    drawing = {name for name in vars(kind) if not name.startswith("_")} - LEFT_OUT
    assert drawing <= called


@pytest.mark.parametrize("name", ["wald", "zipf", "standard_gamma", "integers", "permuted"])
def test_a_distribution_that_draws_otherwise_gives_another_digest(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NumPy 2.0's `wald` differs from 2.3's."""
    expected = anew()

    method = getattr(np.random.Generator, name)

    class Other(np.random.Generator):
        pass

    setattr(Other, name, lambda *given, **options: np.asarray(method(*given, **options)) + 1)
    monkeypatch.setattr(np.random, "Generator", Other)
    assert anew() != expected
