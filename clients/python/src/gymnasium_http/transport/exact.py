"""Encoding of values: typed arrays in requests, and replies in which every type survives.

The extension types are those of the server's media type `application/vnd.gymnasium.v1+msgpack`.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import msgpack
import numpy as np
from gymnasium.spaces import GraphInstance
from numpy.typing import NDArray

from gymnasium_http.errors import VersionMismatch

MEDIA_TYPE = "application/vnd.gymnasium.v1+msgpack"

_TYPED = frozenset(
    (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64"),
    )
)


def pack(body: Any) -> bytes:
    """A request's body in MessagePack. Arrays are typed, tuples become lists, and keys strings."""
    packed: bytes = msgpack.packb(_sendable(body))
    return packed


def plain(value: Any) -> Any:
    """The value with lists instead of arrays, for options, which the environment receives as they were sent."""
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {_text(key): plain(item) for key, item in value.items()}
    if hasattr(value, "__array__"):
        return plain(np.asarray(value))
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def seed(value: Any) -> Any:
    """A seed, or a list of them, with decimal text for those that MessagePack's integers cannot hold."""
    if isinstance(value, int | np.integer):
        return str(value) if value >= 1 << 64 else int(value)
    return [seed(each) for each in value] if isinstance(value, list | tuple) else plain(value)


def unpack(data: bytes) -> Any:
    """The value of a reply, with every type restored.

    Raises:
        VersionMismatch: it has a type that this client does not know.
    """
    return msgpack.unpackb(data, ext_hook=_extension, strict_map_key=False)


def _sendable(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _typed(value)
    if isinstance(value, np.generic):
        return _sendable(value.item())
    if isinstance(value, Enum):
        return _sendable(value.value)
    if isinstance(value, GraphInstance):
        return _sendable(value._asdict())
    if isinstance(value, Mapping):
        return {_text(key): _sendable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_sendable(item) for item in value]
    # Arrays of other libraries, such as JAX and PyTorch.
    return _typed(np.asarray(value)) if hasattr(value, "__array__") else value


def _text(key: Any) -> str:
    """A key as text, and a member of an Enum as its value's, which is how the server writes both."""
    return str(key.value if isinstance(key, Enum) else key)


def _typed(array: NDArray[Any]) -> Any:
    if array.dtype.name not in _TYPED:
        return _sendable(array.tolist())
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": little.tobytes()}


def _array(dtype: str, shape: list[int], data: bytes) -> NDArray[Any]:
    # A copy: an array over the bytes would be read-only.
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _array_of_objects(shape: list[int], items: list[Any]) -> NDArray[Any]:
    array = np.empty(len(items), object)
    for index, item in enumerate(items):  # one by one: NumPy would turn lists into further axes
        array[index] = item
    return array.reshape(shape)


def _masked(array: NDArray[Any], mask: NDArray[Any] | None) -> Any:
    return np.ma.MaskedArray(array, np.ma.nomask if mask is None else mask)


_KINDS: dict[int, Callable[[Any], Any]] = {
    1: lambda content: _array(*content),
    2: lambda content: _array_of_objects(*content),
    3: lambda content: np.frombuffer(content[1], content[0])[0],
    4: tuple,
    5: lambda content: dict(zip(content[::2], content[1::2], strict=True)),
    6: set,
    7: frozenset,
    8: lambda content: GraphInstance(*content),
    9: int,
    10: lambda content: complex(*content),
    11: lambda content: content.decode("utf-8", "surrogatepass"),
    12: lambda content: _masked(*content) if content else np.ma.masked,
}


def _extension(code: int, data: bytes) -> Any:
    if code not in _KINDS:
        raise VersionMismatch(
            f"The server sent a value of kind {code}, which this client does not know; update gymnasium-http."
        )
    return _KINDS[code](unpack(data))
