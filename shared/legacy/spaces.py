"""Spaces and values as openai/gym-http-api's clients read them.

Bounds are flat, and infinities are numbers: many JSON parsers reject the word, and many languages have no list
that holds both numbers and strings. The original knew only Discrete and Box; the other spaces are additions.
"""

import math
from functools import singledispatch
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from numpy.typing import NDArray

from shared.wire.values.forms import JSON, Form, as_lists, number

INFINITY = 1e100
"""Stands for infinity, as in the original."""


def _finite(value: float) -> float | str:
    return math.copysign(INFINITY, value) if math.isinf(value) else number(value)


def _finite_lists(array: NDArray[Any]) -> Any:
    if array.dtype.kind == "f" and np.isinf(array).any():
        array = np.nan_to_num(array.astype(np.float64), nan=math.nan, posinf=INFINITY, neginf=-INFINITY)
    return as_lists(array)


FORM = Form(array=_finite_lists, blob=JSON.blob, number=_finite)
"""Like `JSON`, but with finite numbers. NaN has none and stays a word."""


@singledispatch
def describe(space: Space[Any]) -> dict[str, Any]:
    """The space's description: `name`, and what its kind adds.

        Discrete       n, shape (empty; a client in Java reads it of every space)
        Box            shape, low and high: flat lists in row-major order, as long as the product of shape
        MultiDiscrete  shape, nvec (flat)
        MultiBinary    shape
        Tuple          spaces (a list)
        Dict           spaces (an object)

    Any other space has only its name.
    """
    return {"name": type(space).__name__}


@describe.register
def _discrete(space: spaces.Discrete) -> dict[str, Any]:
    return {"name": "Discrete", "n": int(space.n), "shape": []}


@describe.register
def _box(space: spaces.Box) -> dict[str, Any]:
    return {
        "name": "Box",
        "shape": list(space.shape),
        "low": _finite_lists(space.low.ravel()),
        "high": _finite_lists(space.high.ravel()),
    }


@describe.register
def _multi_discrete(space: spaces.MultiDiscrete) -> dict[str, Any]:
    return {"name": "MultiDiscrete", "shape": list(space.shape), "nvec": as_lists(space.nvec.ravel())}


@describe.register
def _multi_binary(space: spaces.MultiBinary) -> dict[str, Any]:
    return {"name": "MultiBinary", "shape": list(space.shape)}


@describe.register(spaces.Tuple)
def _tuple(space: "spaces.Tuple[Any]") -> dict[str, Any]:
    return {"name": "Tuple", "spaces": [describe(part) for part in space.spaces]}


@describe.register
def _dict(space: spaces.Dict) -> dict[str, Any]:
    return {"name": "Dict", "spaces": {str(key): describe(part) for key, part in space.spaces.items()}}
