"""MessagePack is read to what JSON can say and typed arrays, and nothing else."""

import datetime
from typing import Any

import msgspec
import pytest

from shared.wire.values.msgpack_body import Unreadable, from_msgpack

TYPED = {"dtype": "float32", "shape": [1], "data": b"\0\0\x80\x3f"}


@pytest.mark.parametrize(
    "value", [None, True, 2**64 - 1, -(2**63), 0.5, "é", [1, [2]], {"a": {"b": []}}, TYPED, [TYPED]]
)
def test_what_json_can_say_and_typed_arrays_are_read(value: Any) -> None:
    assert from_msgpack(msgspec.msgpack.encode(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        {1: 2},
        b"bytes",
        {"data": b"bytes"},
        {**TYPED, "data": [b"bytes"]},
        {**TYPED, "more": 1},
        datetime.datetime.now(datetime.UTC),
        [msgspec.msgpack.Ext(5, b"x")],
    ],
)
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    with pytest.raises(Unreadable):
        from_msgpack(msgspec.msgpack.encode(value))


@pytest.mark.parametrize(
    "raw",
    [
        b"\xc1",
        b"\x81",
        b"\xc0\xc0",
        b"\xa1\xff",
        b"\xdd\xff\xff\xff\xff",
        b"\x81\x90\x01",
        b"\x91" * 100_000,
        b"\x91" * 300 + b"\x01",
        b"\x81\xa1a" * 300 + b"\x01",
        (b"\xdd\x00\x0f\x00\x00") * 150 + b"\x01" * 1000,
    ],
)
def test_malformed_and_bottomless_bodies_are_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        from_msgpack(raw)


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("nested", [lambda extension: extension, lambda extension: {"action": [extension]}])
def test_no_extension_of_the_codecs_is_read_from_a_client(number: int, nested: Any) -> None:
    """Their decoders make arrays as large as the bytes say; only what is signed reaches those."""
    content = msgspec.msgpack.encode(["<f8", [1 << 40], "C", b""])
    with pytest.raises(Unreadable, match="extension"):
        from_msgpack(msgspec.msgpack.encode(nested(msgspec.msgpack.Ext(number, content))))
