"""Values are sent as the server reads them, and come back in every type."""

import enum
from typing import Any

import msgpack
import numpy as np
import pytest
from gymnasium.spaces import GraphInstance
from gymnasium_http import VersionMismatch
from gymnasium_http.transport.exact import pack, plain, seed, unpack
from sameness import same

from shared.codec import exact as of_the_server


class Move(enum.Enum):
    LEFT = 3


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True], "b": b"\0", "c": "text"},
        (1, (2, [3])),
        {1: "a", ("b", 2): [1.0]},
        {1, 2},
        frozenset({3}),
        2**200,
        1 + 2j,
        np.float32(0.1),
        np.arange(6, dtype=np.int16).reshape(2, 3),
        np.array(["a", "bcd"]),
        np.array([None, [1, 2]], object),
        np.datetime64("2026-01-31"),
        "\ud800",
        np.longdouble(1) / 3,
        np.array([1, 2], np.longdouble) / 3,
    ],
)
def test_every_type_that_the_server_tells_is_restored(value: Any) -> None:
    assert same(unpack(of_the_server.encode(value)), value)


def test_a_seed_over_64_bits_is_sent_as_its_digits() -> None:
    assert (seed(2**64 - 1), seed(2**64), seed(None)) == (2**64 - 1, "18446744073709551616", None)
    assert seed([np.int64(1), None, 2**70]) == [1, None, str(2**70)]


def test_a_masked_array_comes_with_its_mask() -> None:
    masked = unpack(of_the_server.encode(np.ma.array([1.0, 2.0], mask=[False, True])))
    assert (type(masked), masked.tolist(), masked.data.tolist()) == (np.ma.MaskedArray, [1.0, None], [1.0, 2.0])
    assert unpack(of_the_server.encode(np.ma.array([1.0]))).mask is np.ma.nomask
    assert unpack(of_the_server.encode(np.ma.masked)) is np.ma.masked


def test_arrays_of_replies_can_be_written_to() -> None:
    array = unpack(of_the_server.encode(np.zeros(2)))
    array += 1
    assert array.tolist() == [1, 1]


def test_a_type_of_a_newer_server_is_a_mismatch_of_versions() -> None:
    with pytest.raises(VersionMismatch, match=r"kind 99.*update gymnasium-http"):
        unpack(msgpack.packb(msgpack.ExtType(99, b"")))


def test_arrays_are_sent_typed_little_endian_and_in_c_order() -> None:
    sent = msgpack.unpackb(pack({"action": np.asfortranarray(np.arange(4, dtype=">i2").reshape(2, 2))}))
    assert sent == {"action": {"dtype": "int16", "shape": [2, 2], "data": b"\0\0\1\0\2\0\3\0"}}


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (np.int64(3), 3),
        (Move.LEFT, 3),
        ({Move.LEFT: (1, 2)}, {"3": [1, 2]}),
        (np.array(["a"]), ["a"]),
        (GraphInstance(None, None, None), {"nodes": None, "edges": None, "edge_links": None}),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_array_is_sent_as_plain_values(value: Any, sent: Any) -> None:
    assert msgpack.unpackb(pack(value)) == sent


def test_options_have_lists_in_place_of_arrays() -> None:
    options = {"low": np.float64(-0.5), "mask": np.array([True]), Move.LEFT: (Move.LEFT, {"x": np.zeros((1, 2))})}
    assert plain(options) == {"low": -0.5, "mask": [True], "3": [3, {"x": [[0.0, 0.0]]}]}
