"""Gymnasium spaces as JSON, and back.

`name`, `n`, `shape`, `low` and `high` are as gymnasium-http-api has them: bounds are nested like the array, a
Discrete has shape `[]`, non-finite bounds are words. The other keys make the description complete, so that a
client can build an equal space. The seed is not described. A subclass is described as its nearest Gymnasium class,
under that name.
"""

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from numpy.typing import NDArray

from shared.errors import InvalidValue
from shared.wire.values.arrays import ArrayReader
from shared.wire.values.forms import as_lists
from shared.wire.values.keys import key_of, value_of

ArrayForm = Callable[[NDArray[Any]], Any]


@singledispatch
def describe(space: Space[Any], array: ArrayForm = as_lists) -> dict[str, Any]:
    """A description in the types of JSON, from which `rebuild` makes an equal space.

    `array` gives the form of bounds: nested lists for JSON, or the array itself for other forms.

    Every description has `name` and `shape`, which is null where members are not arrays. Further keys:

        Discrete       n, dtype, start
        Box            low, high, dtype; bounded_below and bounded_above (bools like the bounds) only where
                       infinite bounds of an integer dtype became its extremes, which changes sampling
        MultiBinary    n (an integer, or a list for several axes), dtype
        MultiDiscrete  nvec, dtype, start
        Text           min_length, max_length, charset (one string, in the space's order)
        Tuple, OneOf   spaces (a list)
        Dict           spaces (an object), keys (a list in the space's order, integers as such); key_values (their
                       values) only where some are neither text nor integers, such as the cells of a grid
        Sequence       feature_space, stack
        Graph          node_space, edge_space (or null)
        another class  dtype (or null); `name` is its own
    """
    shape = None if space.shape is None else list(space.shape)
    return {
        "name": type(space).__name__,
        "shape": shape,
        "dtype": None if space.dtype is None else str(space.dtype),
    }


@describe.register
def _discrete(space: spaces.Discrete, array: ArrayForm = as_lists) -> dict[str, Any]:
    return {
        "name": "Discrete",
        "n": int(space.n),
        "shape": [],
        "dtype": str(space.dtype),
        "start": int(space.start),
    }


@describe.register
def _box(space: spaces.Box, array: ArrayForm = as_lists) -> dict[str, Any]:
    described = {
        "name": "Box",
        "shape": list(space.shape),
        "low": array(space.low),
        "high": array(space.high),
        "dtype": str(space.dtype),
    }
    if not np.array_equal(space.bounded_below, -np.inf < space.low):
        described["bounded_below"] = array(space.bounded_below)
    if not np.array_equal(space.bounded_above, space.high < np.inf):
        described["bounded_above"] = array(space.bounded_above)
    return described


@describe.register
def _multi_binary(space: spaces.MultiBinary, array: ArrayForm = as_lists) -> dict[str, Any]:
    n = space.n if isinstance(space.n, int) else list(space.n)
    return {"name": "MultiBinary", "n": n, "shape": list(space.shape), "dtype": str(space.dtype)}


@describe.register
def _multi_discrete(space: spaces.MultiDiscrete, array: ArrayForm = as_lists) -> dict[str, Any]:
    return {
        "name": "MultiDiscrete",
        "shape": list(space.shape),
        "nvec": array(space.nvec),
        "dtype": str(space.dtype),
        "start": array(space.start),
    }


@describe.register
def _text(space: spaces.Text, array: ArrayForm = as_lists) -> dict[str, Any]:
    return {
        "name": "Text",
        "shape": None,
        "min_length": space.min_length,
        "max_length": space.max_length,
        "charset": "".join(space.character_list),
    }


@describe.register(spaces.Tuple)
def _tuple(space: "spaces.Tuple[Any]", array: ArrayForm = as_lists) -> dict[str, Any]:
    return {"name": "Tuple", "shape": None, "spaces": [describe(part, array) for part in space.spaces]}


@describe.register(spaces.OneOf)
def _one_of(space: "spaces.OneOf[Any]", array: ArrayForm = as_lists) -> dict[str, Any]:
    return {"name": "OneOf", "shape": None, "spaces": [describe(part, array) for part in space.spaces]}


@describe.register
def _dict(space: spaces.Dict, array: ArrayForm = as_lists) -> dict[str, Any]:
    # Flattening depends on the order of keys, which many JSON parsers do not keep.
    keys, values = ([of(key) for key in space.spaces] for of in (key_of, value_of))
    described = {
        "name": "Dict",
        "shape": None,
        "spaces": {str(key_of(key)): describe(part, array) for key, part in space.spaces.items()},
        "keys": keys,
    }
    if keys != values:
        described["key_values"] = values
    return described


@describe.register
def _sequence(space: spaces.Sequence, array: ArrayForm = as_lists) -> dict[str, Any]:
    return {
        "name": "Sequence",
        "shape": None,
        "feature_space": describe(space.feature_space, array),
        "stack": space.stack,
    }


@describe.register
def _graph(space: spaces.Graph, array: ArrayForm = as_lists) -> dict[str, Any]:
    return {
        "name": "Graph",
        "shape": None,
        "node_space": describe(space.node_space, array),
        "edge_space": None if space.edge_space is None else describe(space.edge_space, array),
    }


def described(space: Space[Any]) -> dict[str, Any]:
    """The description with arrays for bounds: as lists, those of an image take a hundred times as long."""
    return describe(space, np.asarray)


def rebuild(description: dict[str, Any]) -> Space[Any]:
    """The Gymnasium space of a description, with its dtype and its order of keys and characters.

    Raises:
        InvalidValue: `name` is not that of a Gymnasium space.
    """
    name = description.get("name")
    if not isinstance(name, str) or name not in _REBUILDERS:
        raise InvalidValue(f"A space is one of {', '.join(_REBUILDERS)}, not {name!r}.", name=name)
    return _REBUILDERS[name](description)


def _rebuilt_discrete(described: dict[str, Any]) -> spaces.Discrete:
    # Gymnasium 1.2's Discrete takes no dtype: it is int64.
    other = {} if described["dtype"] == "int64" else {"dtype": np.dtype(described["dtype"])}
    return spaces.Discrete(described["n"], start=described["start"], **other)


def _rebuilt_box(described: dict[str, Any]) -> spaces.Box:
    dtype, shape = np.dtype(described["dtype"]), tuple(described["shape"])
    low, high = (ArrayReader(dtype)(described[bound], shape) for bound in ("low", "high"))
    box = spaces.Box(low, high, shape, dtype)
    for flags in ("bounded_below", "bounded_above"):
        if flags in described:
            setattr(box, flags, ArrayReader(np.dtype(bool))(described[flags], shape))
    return box


def _rebuilt_multi_discrete(described: dict[str, Any]) -> spaces.MultiDiscrete:
    dtype, shape = np.dtype(described["dtype"]), tuple(described["shape"])
    nvec, start = (ArrayReader(dtype)(described[key], shape) for key in ("nvec", "start"))
    return spaces.MultiDiscrete(nvec, dtype, start=start)


def _rebuilt_graph(described: dict[str, Any]) -> spaces.Graph:
    edges = described["edge_space"]
    return spaces.Graph(rebuild(described["node_space"]), None if edges is None else rebuild(edges))


def _rebuilt_dict(described: dict[str, Any]) -> spaces.Dict:
    keys = described["keys"]
    pairs = zip(map(_hashable, described.get("key_values", keys)), keys, strict=True)
    return spaces.Dict([(value, rebuild(described["spaces"][str(key)])) for value, key in pairs])


def _hashable(value: Any) -> Any:
    """JSON has lists where a key is a tuple."""
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


_REBUILDERS: dict[str, Callable[[dict[str, Any]], Space[Any]]] = {
    "Discrete": _rebuilt_discrete,
    "Box": _rebuilt_box,
    "MultiBinary": lambda d: spaces.MultiBinary(d["n"]),
    "MultiDiscrete": _rebuilt_multi_discrete,
    "Text": lambda d: spaces.Text(d["max_length"], min_length=d["min_length"], charset=d["charset"]),
    "Tuple": lambda d: spaces.Tuple([rebuild(part) for part in d["spaces"]]),
    "OneOf": lambda d: spaces.OneOf([rebuild(part) for part in d["spaces"]]),
    # A list of pairs, because Gymnasium sorts a dict.
    "Dict": _rebuilt_dict,
    "Sequence": lambda d: spaces.Sequence(rebuild(d["feature_space"]), stack=d["stack"]),
    "Graph": _rebuilt_graph,
}
