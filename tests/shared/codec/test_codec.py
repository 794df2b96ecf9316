"""The engine packs what a dialect says, no deeper than it says."""

from typing import Any, NoReturn

import msgspec
import pytest

from shared.codec.codec import Codec, TooDeep, extension


def _refuse(kind: type) -> NoReturn:
    raise TypeError(kind.__name__)


def dialect() -> Codec:
    """Lists, dicts, tuples as extension 1, and None as one of no content."""
    codec = Codec((int, str), _refuse, {1: tuple}, {2: lambda data: len(data)})
    codec.register(
        {
            list: codec.items,
            dict: codec.fields,
            tuple: lambda value, depth: extension(1, codec.items(value, depth)),
            bytes: lambda value, depth: msgspec.msgpack.Ext(2, value),
        }
    )
    return codec


@pytest.mark.parametrize("value", [1, "a", [], [1, ["a"]], {"a": [1], "b": {}}, (), (1, (2, ["a"])), {"a": (1,)}])
def test_a_value_comes_back(value: Any) -> None:
    codec = dialect()
    assert codec.decode(codec.encode(value, 9)) == value


def test_natives_are_messagepacks_own() -> None:
    assert dialect().encode({"a": [1]}, 9) == msgspec.msgpack.encode({"a": [1]})


def test_the_content_of_a_raw_extension_is_not_unpacked() -> None:
    codec = dialect()
    assert codec.decode(codec.encode([b"\xc1\xc1"], 9)) == [2]


def test_a_type_without_a_packer_is_the_dialects_to_refuse() -> None:
    with pytest.raises(TypeError, match="float"):
        dialect().encode([{"a": (0.5,)}], 9)


@pytest.mark.parametrize("container", [lambda inner: [inner], lambda inner: {"a": inner}, lambda inner: (inner,)])
def test_as_many_containers_as_are_allowed_are_packed_and_not_one_more(container: Any) -> None:
    value: Any = 1
    for _ in range(5):
        value = container(value)
    codec = dialect()
    assert codec.decode(codec.encode(value, 5)) == value
    with pytest.raises(TooDeep):
        codec.encode(value, 4)


def test_an_empty_container_may_be_the_deepest() -> None:
    assert dialect().encode([[]], 1) == msgspec.msgpack.encode([[]])


def test_an_unknown_extension_is_refused_by_its_number() -> None:
    with pytest.raises(ValueError, match="extension 3 is not known"):
        dialect().decode(msgspec.msgpack.encode(msgspec.msgpack.Ext(3, b"")))
