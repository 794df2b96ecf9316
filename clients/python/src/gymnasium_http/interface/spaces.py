"""Builds Gymnasium's spaces from the server's descriptions, equal to those of the environment in process."""

from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from numpy.typing import NDArray

from gymnasium_http.errors import VersionMismatch


def rebuild(description: dict[str, Any]) -> Space[Any]:
    """The described space, including dtypes and the order of keys and characters.

    The server describes a space of a class of its own as the nearest of Gymnasium's.

    Raises:
        VersionMismatch: this client does not know the kind of space.
    """
    name = description.get("name", "")
    kind = _KINDS.get(name)
    if kind is None and hasattr(spaces, name):
        raise VersionMismatch(
            f"The server described a {name}, which this client cannot build; install a newer gymnasium-http."
        )
    if kind is None:
        raise VersionMismatch(
            f"The environment has a space of the class {name!r}, which is not Gymnasium's, so this client cannot "
            "build it; give the environment one of Gymnasium's spaces, or call the HTTP API itself."
        )
    return kind(description)


def _numbers(raw: Any, described: dict[str, Any], dtype: Any = None) -> NDArray[Any]:
    """An array of the space's shape, from an array or from nested lists with infinities as words."""
    dtype = np.dtype(dtype or described["dtype"])
    array = np.asarray(raw)
    if array.dtype.kind in "OU":  # float() reads the words
        array = np.array([float(item) for item in np.asarray(raw, object).ravel().tolist()])
    return array.astype(dtype).reshape(described["shape"])


def _discrete(described: dict[str, Any]) -> Space[Any]:
    # Gymnasium 1.2's Discrete takes no dtype: it is int64.
    other = {} if described["dtype"] == "int64" else {"dtype": np.dtype(described["dtype"])}
    return spaces.Discrete(described["n"], start=described["start"], **other)


def _box(described: dict[str, Any]) -> Space[Any]:
    low, high = (_numbers(described[bound], described) for bound in ("low", "high"))
    box = spaces.Box(low, high, tuple(described["shape"]), np.dtype(described["dtype"]))
    for flags in ("bounded_below", "bounded_above"):
        if flags in described:
            setattr(box, flags, _numbers(described[flags], described, bool))
    return box


def _multi_discrete(described: dict[str, Any]) -> Space[Any]:
    nvec, start = (_numbers(described[key], described) for key in ("nvec", "start"))
    return spaces.MultiDiscrete(nvec, np.dtype(described["dtype"]), start=start)


def _dict(described: dict[str, Any]) -> Space[Any]:
    keys = described["keys"]
    values = described.get("key_values", keys)  # where keys are neither text nor integers
    parts = {value: rebuild(described["spaces"][str(key)]) for value, key in zip(values, keys, strict=True)}
    unsorted = _can_be_unsorted and list(parts) != _in_order(parts)
    # Pairs, because a dict would be sorted. Wrappers that derive a space go by sort_keys instead.
    options: dict[str, Any] = {"sort_keys": False} if unsorted else {}
    return spaces.Dict(list(parts.items()), **options)


_can_be_unsorted = "sort_keys" in signature(spaces.Dict).parameters
"""Since Gymnasium 1.4."""


def _in_order(keys: Iterable[Any]) -> list[Any]:
    try:
        return sorted(keys)
    except TypeError:  # integers and text: Gymnasium leaves these as they are
        return list(keys)


def _graph(described: dict[str, Any]) -> Space[Any]:
    edges = described["edge_space"]
    return spaces.Graph(rebuild(described["node_space"]), None if edges is None else rebuild(edges))


_KINDS: dict[str, Callable[[dict[str, Any]], Space[Any]]] = {
    "Discrete": _discrete,
    "Box": _box,
    "MultiBinary": lambda d: spaces.MultiBinary(d["n"]),
    "MultiDiscrete": _multi_discrete,
    "Text": lambda d: spaces.Text(d["max_length"], min_length=d["min_length"], charset=d["charset"]),
    "Tuple": lambda d: spaces.Tuple([rebuild(part) for part in d["spaces"]]),
    "OneOf": lambda d: spaces.OneOf([rebuild(part) for part in d["spaces"]]),
    "Dict": _dict,
    "Sequence": lambda d: spaces.Sequence(rebuild(d["feature_space"]), stack=d["stack"]),
    "Graph": _graph,
}
