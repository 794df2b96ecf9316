"""The engine of both codecs: MessagePack, with extension types for what it lacks.

MessagePack has no tuples, no arrays and no integers over 64 bits. Each becomes an extension, whose content is
MessagePack again, or bytes. A dialect says which types become which extension: `plain` refuses every type that it
does not know, `exact` sends the nearest one that it does.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import msgspec

Packer = Callable[[Any, int], Any]
"""From a value and the depth of containers that it may still have, to what msgspec packs."""

_pack = msgspec.msgpack.Encoder().encode
_TOO_DEEP = "it is nested too deep, or contains itself"


class TooDeep(ValueError):
    """A value is nested deeper than its dialect allows, or contains itself."""


class _Packers(dict[type, Packer]):
    """The packers by type, and for a type that has none what the dialect says; that is not kept."""

    def __init__(self, natives: Iterable[type], other: Callable[[type], Packer]) -> None:
        super().__init__(dict.fromkeys(natives, _as_it_is))
        self._other = other

    def __missing__(self, kind: type) -> Packer:
        return self._other(kind)


class Codec:
    """One dialect: the types that are MessagePack's own, a packer for each other type, the extensions."""

    __slots__ = ("_natives", "_packers", "decode")

    def __init__(
        self,
        natives: Iterable[type],
        other: Callable[[type], Packer],
        extensions: Mapping[int, Callable[[Any], Any]],
        raw_extensions: Mapping[int, Callable[[memoryview], Any]],
    ) -> None:
        """Begin a dialect; `register` completes it.

        Args:
            natives: the types that msgspec packs as they are.
            other: gives the packer of a type that has none registered, or raises.
            extensions: by number, from the unpacked content to the value.
            raw_extensions: the same where the content is bytes and not MessagePack.
        """
        self._natives = frozenset(natives)
        self._packers = _Packers(natives, other)
        self.decode = _decoder(extensions, raw_extensions)
        """The value that `encode` made the bytes of; for others it raises ValueError (msgspec's DecodeError is
        one), TypeError or RecursionError."""

    def register(self, packers: Mapping[type, Packer]) -> None:
        """Add the packers of types; those of containers call `items` or `fields`."""
        self._packers.update(packers)

    def encode(self, value: Any, depth: int) -> bytes:
        """The value as MessagePack. At most `depth` containers may be inside one another.

        Raises:
            TooDeep: there are more.
            UnicodeEncodeError: a text that is native holds a lone surrogate.
        """
        return _pack(self._packers[type(value)](value, depth))

    def items(self, values: Collection[Any], depth: int) -> list[Any]:
        """What msgspec packs for the items of a container."""
        if not depth and values:
            raise TooDeep(_TOO_DEEP)
        natives, packers, depth = self._natives, self._packers, depth - 1
        packed = []
        # Most items are native; a call for each would take most of the time. A comprehension takes 100 ns longer
        # to begin before Python 3.12, as it is a function with a closure, and most containers are short.
        for value in values:
            packed.append(value if type(value) in natives else packers[type(value)](value, depth))
        return packed

    def fields(self, value: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """What msgspec packs for a dict, whose keys it can pack as they are."""
        if not depth and value:
            raise TooDeep(_TOO_DEEP)
        natives, packers, depth = self._natives, self._packers, depth - 1
        packed = {}
        for key, item in value.items():
            packed[key] = item if type(item) in natives else packers[type(item)](item, depth)
        return packed


def _as_it_is(value: Any, depth: int) -> Any:
    return value


def _decoder(
    extensions: Mapping[int, Callable[[Any], Any]], raw_extensions: Mapping[int, Callable[[memoryview], Any]]
) -> Callable[[bytes], Any]:
    def unpacked(number: int, data: memoryview) -> Any:
        if number in extensions:
            return extensions[number](decode(data))
        if number in raw_extensions:
            return raw_extensions[number](data)
        raise ValueError(f"extension {number} is not known")

    decode = msgspec.msgpack.Decoder(ext_hook=unpacked).decode
    return decode


def extension(number: int, content: Any) -> msgspec.msgpack.Ext:
    """An extension whose content is MessagePack."""
    return msgspec.msgpack.Ext(number, _pack(content))
