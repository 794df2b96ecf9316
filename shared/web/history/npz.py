"""Columns as a file of NumPy's, for `numpy.load`: one array a column, and one a leaf of a Dict or Tuple space."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from shared.web.protocol.encoding import Encoded, as_json

MEDIA_TYPE = "application/x-npz"

_HEAD = ((b"content-type", MEDIA_TYPE.encode()), (b"vary", b"Accept"))


def as_npz(columns: Mapping[str, Any]) -> Encoded:
    """The file. A value that NumPy has no array of without pickle is its JSON, as an array of texts.

    The leaves of a Dict are `NAME/KEY`, and those of a Tuple `NAME/0` and so on.

    Raises:
        NotEncodable: a value contains itself or is nested too deep.
    """
    target = io.BytesIO()
    arrays = {name: array for column, values in columns.items() for name, array in _arrays(column, values)}
    np.savez_compressed(target, **arrays)
    return Encoded(target.getvalue(), _HEAD)


def _arrays(name: str, values: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(values, np.ndarray) and not values.dtype.hasobject:
        yield name, values
        return
    first = values[0] if len(values) else None
    if isinstance(first, dict) and name != "infos" and all(_is_like(first, value) for value in values):
        for key in first:
            yield from _arrays(f"{name}/{key}", [value[key] for value in values])
    elif isinstance(first, tuple) and all(_is_like(first, value) for value in values):
        for index in range(len(first)):
            yield from _arrays(f"{name}/{index}", [value[index] for value in values])
    else:
        yield name, _stacked(values)


def _is_like(first: Any, value: Any) -> bool:
    if type(value) is not type(first) or len(value) != len(first):
        return False
    return not isinstance(first, dict) or value.keys() == first.keys()


def _stacked(values: Any) -> Any:
    kinds = {
        (type(value), getattr(value, "dtype", None), np.shape(value)) for value in values if _is_number(value)
    }
    if len(kinds) == 1 and all(map(_is_number, values)):
        return np.stack([np.asarray(value) for value in values])
    return np.array([as_json(value).decode() for value in values], dtype=np.str_)


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, bool | int | float | np.generic | np.ndarray) and not np.asarray(value).dtype.hasobject
    )
