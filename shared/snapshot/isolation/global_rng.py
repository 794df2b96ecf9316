"""Global random numbers, separate for each environment.

Some third-party environments draw from the global `random` and `np.random`, and some make generators without a
seed while they run (highway-env replaces its spaces in every reset). Shared by the process, the global generators
would leak from one environment to the next, and after a restore neither kind of draw would repeat. So each
environment has global generators and a source of entropy of its own, which are swapped in during its calls.

Not covered: what asks the operating system without numpy (`random.seed()` and `random.Random()` without a seed,
`os.urandom`, the clock). The global generators also belong to the whole process: if another thread draws from them
during a call, it draws from that environment's.
"""

import hashlib
import os
import random
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from shared.errors import SnapshotCorrupt
from shared.snapshot.generators.mt19937 import state_bytes

_LENT = threading.Lock()
"""One environment at a time has the process's generators. These calls are pure Python, so that they would wait for
the interpreter's lock anyway."""

PRIVATE_NAMES = (
    "numpy.random.bit_generator:randbits",
    "numpy.random:get_bit_generator",
    "numpy.random:set_bit_generator",
)
"""What this module uses of other packages that is not part of their API, or not of its description."""

# The module whose global `randbits` numpy calls for the 128 bits of every generator made without a seed.
_numpy_entropy: Any = np.random.bit_generator
# Any: numpy's stubs lack `get_bit_generator` and `set_bit_generator`, which exchange the global generator.
_numpy_random: Any = np.random


class GlobalRng:
    """One environment's global generators and entropy, all derived from `seed`. Unused, they take a few bytes."""

    def __init__(self, seed: bytes) -> None:
        self._begin(seed)

    @classmethod
    def of(cls, seed: int | None) -> "GlobalRng":
        """Derive the generators from a recipe's seed, or from the operating system if it has none."""
        if seed is None:
            return cls(os.urandom(16))
        return cls(hashlib.sha256(f"chance {seed}".encode()).digest()[:16])

    def reseed(self, entropy: int, spawn_key: tuple[int, ...]) -> None:
        """Start again from a seed derived from both arguments."""
        self._begin(hashlib.sha256(f"chance {entropy} {spawn_key}".encode()).digest()[:16])

    def _begin(self, seed: bytes) -> None:
        number = int.from_bytes(seed, "little")
        self._seed = seed
        self._drawn = 0
        self._python = self._first_python = random.Random(number).getstate()
        self._numpy: Any = np.random.MT19937(number)
        self._first_numpy = state_bytes(self._numpy)
        self._legacy: dict[str, Any] | None = None
        """The state behind `np.random`, once it was used. It may hold a normal deviate for the next draw."""

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Swap this environment's generators in. Takes 37 µs, and 159 µs once both were used.

        Afterwards the process has its own back, except for a normal deviate that `np.random` had in store.
        """
        with _LENT:
            python, bits, entropy = random.getstate(), _numpy_random.get_bit_generator(), _numpy_entropy.randbits
            random.setstate(self._python)
            # Exchanged and not copied: `np.random.get_state` and `set_state` take 31 and 34 µs.
            _numpy_random.set_bit_generator(self._numpy)
            if self._legacy is not None:
                np.random.set_state(self._legacy)
            _numpy_entropy.randbits = _Entropy(self)
            try:
                yield
            finally:
                _numpy_entropy.randbits = entropy
                self._note_numpy()
                _numpy_random.set_bit_generator(bits)
                self._python = random.getstate()
                random.setstate(python)

    def state(self) -> Any:
        """The state as plain data: a few bytes for an environment that has drawn nothing."""
        python = None
        if self._python != self._first_python:
            version, words, held_back = self._python
            python = (version, np.array(words, np.uint32), held_back)
        return [self._seed, self._drawn, python, self._legacy]

    def set_state(self, state: Any) -> None:
        """Continue from what `state` returned.

        Raises:
            SnapshotCorrupt: it is of another form.
        """
        match state:
            case [bytes(seed), int(drawn), (None | (_, np.ndarray(), _)) as python, (None | dict()) as legacy]:
                if seed != self._seed or self._legacy is not None:
                    self._begin(seed)
            case _:
                raise SnapshotCorrupt("The generators in the snapshot are not of the form this mechanism writes.")
        self._drawn = drawn
        self._python = self._first_python
        if python is not None:
            version, words, held_back = python
            self._python = (version, tuple(words.tolist()), held_back)
        if legacy is not None:
            self._numpy = getattr(np.random, legacy["bit_generator"])()
            self._legacy = legacy

    def _note_numpy(self) -> None:
        bits = _numpy_random.get_bit_generator()
        if self._legacy is None and bits is self._numpy and state_bytes(bits) == self._first_numpy:
            return
        self._numpy = bits
        self._legacy = _numpy_random.get_state(legacy=False)

    def entropy(self, bits: int) -> int:
        """The next random bits, at most 512, in place of the operating system's."""
        self._drawn += 1
        drawn = hashlib.sha512(self._seed + self._drawn.to_bytes(8, "little")).digest()
        return int.from_bytes(drawn, "little") & ((1 << bits) - 1)


class _Entropy:
    """Stands in for `randbits`: for this thread it draws from an environment, for others from the system."""

    __slots__ = ("_global_rng", "_thread")

    def __init__(self, global_rng: GlobalRng) -> None:
        self._global_rng = global_rng
        self._thread = threading.get_ident()

    def __call__(self, bits: int) -> int:
        return self._global_rng.entropy(bits) if threading.get_ident() == self._thread else secrets.randbits(bits)
