"""What `Space.sample` takes as `mask` or `probability`, from what a client sent.

    space           sent as                                                         becomes
    Discrete        a list of n numbers                                             an array
    MultiBinary     lists of the space's shape                                      an array
    MultiDiscrete   lists, one for each element of nvec, nested as it is            tuples of arrays
    Text            [length or null, a list of a number for each character or null] a tuple of both
    Tuple, OneOf    a list of a mask for each space                                 a tuple
    Dict            an object of a mask for each key                                a dict
    Sequence        [a length, a list of lengths or null, a mask of the feature]    a tuple of both

Null is no mask. A mask has 0 and 1 as int8, a probability is float64; Gymnasium checks what they add up to. A Box
and a Graph take none here.
"""

from typing import Any

import numpy as np
from gymnasium import Space, spaces

from shared.errors import InvalidValue
from shared.wire.members.parts import check_keys
from shared.wire.values.arrays import ArrayReader, integer
from shared.wire.values.keys import key_of
from shared.wire.values.mismatch import Mismatch

MOST_ITEMS = 1024
"""The longest sequence that may be asked for."""

_DTYPES: dict[str, np.dtype[Any]] = {"mask": np.dtype(np.int8), "probability": np.dtype(np.float64)}


def mask_of(space: Space[Any], raw: Any, called: str) -> Any:
    """The argument `called` of the space's `sample`: "mask" or "probability".

    Raises:
        InvalidValue: what was sent is none for this space. The text says at which place.
    """
    try:
        return _mask(space, raw, ArrayReader(_DTYPES[called]))
    except Mismatch as mismatch:
        place = called + "".join(f"[{part!r}]" for part in reversed(mismatch.path))
        raise InvalidValue(f"{place} is no {called} of the space: {mismatch.why}.", space=str(space)) from None


def _mask(space: Space[Any], raw: Any, read: ArrayReader) -> Any:
    if raw is None:
        return None
    match space:
        case spaces.Discrete():
            return read(raw, (int(space.n),))
        case spaces.MultiBinary():
            return read(raw, space.shape)
        case spaces.MultiDiscrete():
            return _nested(space.nvec, raw, read)
        case spaces.Text():
            length, characters = _list_of(2, raw)
            masked = None if characters is None else read(characters, (len(space.character_list),))
            return (None if length is None else integer(length)), masked
        case spaces.Tuple() | spaces.OneOf():
            parts = _list_of(len(space.spaces), raw)
            return tuple(_part(number, part, parts[number], read) for number, part in enumerate(space.spaces))
        case spaces.Dict():
            named = {str(key_of(key)): (key, part) for key, part in space.spaces.items()}
            check_keys(raw, named)
            return {key: _part(name, part, raw[name], read) for name, (key, part) in named.items()}
        case spaces.Sequence():
            lengths, feature = _list_of(2, raw)
            return _lengths(lengths), _part(1, space.feature_space, feature, read)
    raise Mismatch(f"a {type(space).__name__} is sampled without one")


def _part(name: str | int, space: Space[Any], raw: Any, read: ArrayReader) -> Any:
    try:
        return _mask(space, raw, read)
    except Mismatch as mismatch:
        mismatch.path.append(name)
        raise


def _nested(nvec: Any, raw: Any, read: ArrayReader) -> Any:
    """Tuples as deep as `nvec`, with an array for each of its elements."""
    if np.ndim(nvec) == 0:
        return read(raw, (int(nvec),))
    return tuple(_nested(part, each, read) for part, each in zip(nvec, _list_of(len(nvec), raw), strict=True))


def _list_of(length: int, raw: Any) -> Any:
    if not isinstance(raw, list | tuple) or len(raw) != length:
        raise Mismatch(f"it takes a list of {length}")
    return raw


def _lengths(raw: Any) -> Any:
    """None, a length, or an array of lengths of which one is drawn."""
    if raw is None:
        return None
    lengths = [integer(each) for each in (raw if isinstance(raw, list | tuple) else [raw])]
    if not lengths or not all(0 <= length <= MOST_ITEMS for length in lengths):
        raise Mismatch(f"a length is from 0 to {MOST_ITEMS}")
    return np.array(lengths, np.int64) if isinstance(raw, list | tuple) else lengths[0]
