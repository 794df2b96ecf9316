"""What NumPy computes here, as one digest: versions with the same are equal to an environment.

A version says too much: most releases change no bit. The C library and the processor have a part in the results as
well, so the digest is computed here and not looked up. The samples are the methods of `Generator` and
`RandomState`, and the functions of arrays that environments use.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

_SEED = 20260101
_DRAWS = 40
"""Draws of each distribution: enough that a ziggurat rejects some, and that they take a millisecond together."""
_LENGTH = 67
"""Of the arrays: more than one vector register of every kind, and a rest."""

# Where an algorithm depends on the parameters, such as binomial's and poisson's, there is a line for each branch.
_DISTRIBUTIONS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("beta", (2.0, 3.0)),
    ("beta", (0.4, 0.6)),
    ("binomial", (10, 0.3)),
    ("binomial", (1000, 0.4)),
    ("chisquare", (3.0,)),
    ("dirichlet", ([1.0, 2.0, 0.5],)),
    ("exponential", (1.5,)),
    ("f", (3.0, 5.0)),
    ("gamma", (2.5, 1.5)),
    ("gamma", (0.5, 1.0)),
    ("geometric", (0.4,)),
    ("geometric", (0.02,)),
    ("gumbel", (0.5, 2.0)),
    ("hypergeometric", (15, 20, 8)),
    ("hypergeometric", (150, 200, 80)),
    ("laplace", (0.5, 2.0)),
    ("logistic", (0.5, 2.0)),
    ("lognormal", (0.5, 0.7)),
    ("logseries", (0.6,)),
    ("multinomial", (20, [0.2, 0.3, 0.5])),
    ("negative_binomial", (5, 0.4)),
    ("noncentral_chisquare", (3.0, 1.5)),
    ("noncentral_f", (3.0, 5.0, 1.5)),
    ("normal", (0.5, 2.0)),
    ("pareto", (3.0,)),
    ("poisson", (3.5,)),
    ("poisson", (50.0,)),
    ("power", (2.5,)),
    ("rayleigh", (1.5,)),
    ("standard_cauchy", ()),
    ("standard_exponential", ()),
    ("standard_gamma", (1.5,)),
    ("standard_normal", ()),
    ("standard_t", (4.0,)),
    ("triangular", (-1.0, 0.5, 2.0)),
    ("uniform", (-1.0, 2.0)),
    ("vonmises", (0.5, 2.0)),
    ("wald", (1.5, 2.0)),
    ("weibull", (1.5,)),
    ("zipf", (2.5,)),
)
"""The distributions that `Generator` and `RandomState` have in common, with parameters before `size`."""

_OF_GENERATOR: tuple[Callable[[np.random.Generator], Any], ...] = (
    lambda rng: rng.random(_DRAWS),
    lambda rng: rng.random(_DRAWS, dtype=np.float32),
    lambda rng: rng.standard_normal(_DRAWS, dtype=np.float32),
    lambda rng: rng.standard_exponential(_DRAWS, dtype=np.float32),
    lambda rng: rng.standard_exponential(_DRAWS, method="inv"),
    lambda rng: rng.standard_gamma(0.7, _DRAWS, dtype=np.float32),
    lambda rng: rng.integers(6, size=_DRAWS),
    lambda rng: rng.integers(-5, 2**40, size=_DRAWS),
    lambda rng: rng.integers(2**63, size=_DRAWS, dtype=np.uint64),
    lambda rng: rng.integers(0, 200, size=_DRAWS, dtype=np.uint8, endpoint=True),
    lambda rng: rng.integers(0, 2, size=_DRAWS, dtype=np.int8),
    lambda rng: rng.integers(0, 3000, size=_DRAWS, dtype=np.int16),
    lambda rng: rng.integers([1, 5, 900], size=(5, 3)),
    lambda rng: [rng.integers(10) for _ in range(8)],
    lambda rng: [rng.uniform(-1, 1) for _ in range(8)],
    lambda rng: rng.choice(20, size=8),
    lambda rng: rng.choice(20, size=8, replace=False),
    lambda rng: rng.choice(20_000, size=8, replace=False),
    lambda rng: rng.choice(20, size=8, replace=False, shuffle=False),
    lambda rng: rng.choice(4, size=_DRAWS, p=[0.1, 0.2, 0.3, 0.4]),
    lambda rng: rng.choice(4, size=3, p=[0.1, 0.2, 0.3, 0.4], replace=False),
    lambda rng: rng.permutation(20),
    lambda rng: rng.permuted(np.arange(20).reshape(4, 5), axis=1),
    lambda rng: _shuffled(rng.shuffle),
    lambda rng: rng.multivariate_hypergeometric([5, 8, 3], 6, _DRAWS),
    lambda rng: np.frombuffer(rng.bytes(24), np.uint8),
    lambda rng: rng.bit_generator.random_raw(8),
)

_OF_RANDOM_STATE: tuple[Callable[[np.random.RandomState], Any], ...] = (
    lambda rng: rng.random(_DRAWS),
    lambda rng: rng.random_sample(_DRAWS),
    lambda rng: rng.rand(3, 5),
    lambda rng: rng.randn(3, 5),
    lambda rng: rng.randint(6, size=_DRAWS),
    lambda rng: rng.randint(-5, 2**40, size=_DRAWS, dtype=np.int64),
    lambda rng: rng.randint(0, 200, size=_DRAWS, dtype=np.uint8),
    lambda rng: [rng.randint(10) for _ in range(8)],
    lambda rng: [rng.uniform(-1, 1) for _ in range(8)],
    lambda rng: rng.choice(20, size=8),
    lambda rng: rng.choice(20, size=8, replace=False),
    lambda rng: rng.choice(4, size=_DRAWS, p=[0.1, 0.2, 0.3, 0.4]),
    lambda rng: rng.permutation(20),
    lambda rng: _shuffled(rng.shuffle),
    lambda rng: rng.tomaxint(_DRAWS),
    lambda rng: np.frombuffer(rng.bytes(24), np.uint8),
)

_BIT_GENERATORS = (np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937, np.random.Philox, np.random.SFC64)

_UNIT = "arcsin arccos arctanh arctan"
_POSITIVE = "log log2 log10 log1p sqrt cbrt reciprocal"
_ANY = (
    "exp exp2 expm1 sin cos tan sinh cosh tanh arcsinh square absolute sign floor ceil rint trunc "
    "degrees radians isfinite sum prod mean std var cumsum sort argsort diff"
)
_TWO = "add subtract multiply true_divide floor_divide remainder fmod arctan2 hypot logaddexp maximum minimum"

_OF_ARRAYS: tuple[Callable[[Any], Any], ...] = (
    lambda x: np.linalg.norm(x),
    lambda x: x[:64].reshape(8, 8).sum(axis=0),
    lambda x: x[:64].reshape(8, 8).mean(axis=1),
    lambda x: np.clip(x, -0.5, 0.5),
    lambda x: np.round(x, 3),
    lambda x: np.interp(x, [-3.0, 0.0, 3.0], [1.0, -1.0, 2.0]),
    lambda x: x**3,
    lambda x: np.power(np.abs(x), 1.7),
    lambda x: [np.exp(x[3]), np.sin(x[4]), np.tanh(x[5]), x[6] ** 2, x[7] / x[8]],
    lambda x: np.linspace(x[0], x[1], 11),
)

_OF_MATRICES: tuple[Callable[[Any], Any], ...] = (
    lambda m: m @ m,
    lambda m: m @ m[0],
    lambda m: m[0].dot(m[1]),
    lambda m: np.einsum("ij,kj->ik", m, m),
    lambda m: np.linalg.inv(m + 9 * np.eye(8)),
    lambda m: np.linalg.solve(m + 9 * np.eye(8), m[0]),
    lambda m: np.cross(m[:, :3], m[:, 3:6]),
    lambda m: np.random.Generator(np.random.PCG64(_SEED)).multivariate_normal(m[0], m @ m.T, 3),
    lambda m: np.random.RandomState(_SEED).multivariate_normal(m[0], m @ m.T, 3),
)


@cache
def numpy_digest() -> str:
    """The digest of the random streams and of the arithmetic, 16 hexadecimal digits.

    The arithmetic is that of the instructions that NumPy uses on this processor. Takes 4 ms, once a process. No
    global generator is touched.
    """
    found = hashlib.blake2b(digest_size=8)
    with np.errstate(all="ignore"):
        for result in (*_streams(), *_arithmetic()):
            array = np.asarray(result)
            found.update(array.dtype.str.encode())
            found.update(array.tobytes())
    return found.hexdigest()


def _streams() -> Iterator[Any]:
    generator = np.random.Generator(np.random.PCG64(_SEED))
    legacy = np.random.RandomState(_SEED)
    for rng in (generator, legacy):
        for name, parameters in _DISTRIBUTIONS:
            yield getattr(rng, name)(*parameters, size=_DRAWS)
    for of_generator in _OF_GENERATOR:
        yield of_generator(generator)
    for of_legacy in _OF_RANDOM_STATE:
        yield of_legacy(legacy)
    children = np.random.SeedSequence(_SEED, spawn_key=(3,)).spawn(len(_BIT_GENERATORS))
    for kind, child in zip(_BIT_GENERATORS, children, strict=True):
        yield kind(child).random_raw(4)
    yield legacy.get_state(legacy=False)["state"]["key"]


def _arithmetic() -> Iterator[Any]:
    drawn = np.random.Generator(np.random.PCG64(_SEED)).random((2, _LENGTH))
    for dtype in (np.float64, np.float32):
        unit, other = (2 * drawn - 1).astype(dtype)
        values, positive = 5 * unit, 1 + np.abs(other)
        inputs: Mapping[str, tuple[Any, ...]] = {
            _UNIT: (unit,),
            _POSITIVE: (positive,),
            _ANY: (values,),
            _TWO: (values, positive),
        }
        for names, arguments in inputs.items():
            for name in names.split():
                yield getattr(np, name)(*arguments)
        for of_array in _OF_ARRAYS:
            yield of_array(values)
        for of_matrix in _OF_MATRICES:
            yield of_matrix(unit[:64].reshape(8, 8))


def _shuffled(shuffle: Callable[[Any], None]) -> Any:
    array = np.arange(20)
    shuffle(array)
    return array
