"""Random spaces, their samples, and what a careless client might send."""

import math
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from gymnasium.spaces import GraphInstance
from hypothesis import strategies as st

_INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_FLOATS = ("float16", "float32", "float64")

_shapes = st.lists(st.integers(0, 3), max_size=3).map(tuple)
_lengths = st.integers(1, 3)


@st.composite
def boxes(draw: st.DrawFn, bound: int = 100) -> spaces.Box:
    """Bounds between -bound and bound, or infinite for floats; every dtype and shape, also empty ones."""
    dtype: Any = np.dtype(draw(st.sampled_from((*_INTEGERS, *_FLOATS, "bool"))))
    shape = draw(_shapes)
    size = math.prod(shape)
    bottom, top = {"u": (0, bound), "b": (0, 1)}.get(dtype.kind, (-bound, bound))
    pairs = draw(
        st.lists(
            st.tuples(st.integers(bottom, top), st.integers(bottom, top)).map(sorted),
            min_size=size,
            max_size=size,
        )
    )
    carrier: Any = np.int64 if dtype.kind in "iub" else dtype
    low = np.array([pair[0] for pair in pairs], carrier).reshape(shape)
    high = np.array([pair[1] for pair in pairs], carrier).reshape(shape)
    if dtype.kind == "f" and size and draw(st.booleans()):
        low.flat[0], high.flat[-1] = -np.inf, np.inf
    return spaces.Box(low, high, shape, dtype.type)


@st.composite
def discretes(draw: st.DrawFn) -> "spaces.Discrete[Any]":
    dtype = np.dtype(draw(st.sampled_from(_INTEGERS)))
    start = draw(st.integers(0 if dtype.kind == "u" else -100, 27))
    return spaces.Discrete(draw(st.integers(1, 100)), start=start, dtype=dtype.type)


@st.composite
def multi_discretes(draw: st.DrawFn) -> "spaces.MultiDiscrete[Any]":
    dtype: Any = np.dtype(draw(st.sampled_from(_INTEGERS)))
    shape = draw(st.lists(_lengths, max_size=2).map(tuple))
    size = math.prod(shape)
    lowest = 0 if dtype.kind == "u" else -100
    nvec = draw(st.lists(st.integers(1, 100), min_size=size, max_size=size))
    start = draw(st.lists(st.integers(lowest, 27), min_size=size, max_size=size))
    return spaces.MultiDiscrete(
        np.array(nvec, dtype).reshape(shape), dtype.type, start=np.array(start, dtype).reshape(shape)
    )


multi_binaries = st.one_of(_lengths, st.lists(_lengths, min_size=1, max_size=2)).map(spaces.MultiBinary)


@st.composite
def texts(draw: st.DrawFn) -> spaces.Text:
    # Not NUL, which NumPy drops from what Gymnasium samples.
    characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    charset = draw(st.lists(characters, min_size=1, max_size=8, unique=True))
    shortest = draw(st.integers(0, 3))
    return spaces.Text(draw(st.integers(shortest + 1, 8)), min_length=shortest, charset="".join(charset))


@st.composite
def graphs(draw: st.DrawFn) -> spaces.Graph:
    nodes = draw(st.one_of(boxes(), discretes()))
    return spaces.Graph(nodes, draw(st.none() | boxes() | discretes()))


_leaves = st.one_of(boxes(), discretes(), multi_discretes(), multi_binaries, texts(), graphs())


def _nested(parts: st.SearchStrategy[Space[Any]]) -> st.SearchStrategy[Space[Any]]:
    names = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
    return st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(spaces.Tuple),
        st.lists(parts, min_size=1, max_size=3).map(spaces.OneOf),
        st.lists(st.tuples(names, parts), min_size=1, max_size=3, unique_by=lambda pair: pair[0]).map(spaces.Dict),
        st.builds(spaces.Sequence, parts, stack=st.booleans()).filter(_contains_its_samples),
    )


def _contains_its_samples(space: spaces.Sequence) -> bool:
    """Not so of a stacked sequence of MultiDiscretes without axes, whose stack Gymnasium takes for another's."""
    return not (
        space.stack and isinstance(space.feature_space, spaces.MultiDiscrete) and not space.feature_space.shape
    )


any_space: st.SearchStrategy[Space[Any]] = st.recursive(_leaves, _nested, max_leaves=5)

_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.sampled_from(["Infinity", "-Infinity", "NaN", "1", "inf", "nodes", ""]),
    st.text(max_size=3),
    st.binary(max_size=3),
)

_typed = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["bool", "uint8", "float32", "float64", "object", "O", ">f4", "V3"]) | _scalars,
        "shape": st.lists(st.integers(0, 3) | _scalars, max_size=3) | _scalars,
        "data": st.sampled_from(["AAAAAA==", "AAAAAAAAAAA=", "AQ==", "!", b"\0", b"\2", b"\0" * 4]) | _scalars,
    }
)

junk: st.SearchStrategy[Any] = st.recursive(
    _scalars | _typed,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=2) | st.sampled_from(["nodes", "edges", "edge_links"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)
"""Trees that a JSON or msgpack body can hold, and some that only a hostile one does."""


@st.composite
def spoiled(draw: st.DrawFn, tree: Any) -> Any:
    """The tree with one of its parts replaced by junk."""
    if isinstance(tree, list) and tree and draw(st.booleans()):
        at = draw(st.integers(0, len(tree) - 1))
        return [*tree[:at], draw(spoiled(tree[at])), *tree[at + 1 :]]
    if isinstance(tree, dict) and tree and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(tree)))
        return {**tree, key: draw(spoiled(tree[key]))}
    return draw(junk)


def same(left: Any, right: Any) -> bool:
    """Equal in structure, value and dtype; a NumPy scalar equals a 0-d array, as in Box.sample."""
    if isinstance(left, np.ndarray | np.generic):
        left, right = np.asarray(left), np.asarray(right)
        return bool(left.dtype == right.dtype) and left.shape == right.shape and left.tobytes() == right.tobytes()
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, tuple | GraphInstance):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)
