"""A journal's start comes back from its bytes, and other bytes are refused."""

import zlib
from typing import Any

import pytest

from shared.codec import plain
from shared.errors import SnapshotCorrupt
from shared.snapshot.replay.start import Start

START = Start(
    {"python": "cpython-311", "box2d": "2.3.10"}, bytes(16), plain.dumps([1, 2]), [{"color": 3}, b"list"]
)


@pytest.mark.parametrize("residue", [None, START.residue])
def test_a_start_comes_back_and_gives_the_same_bytes(residue: Any) -> None:
    """A restored environment must not write another start than it was given."""
    start = START._replace(residue=residue)
    assert Start.unpacked(start.packed()) == start
    assert Start.unpacked(start.packed()).packed() == start.packed()


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"not compressed",
        zlib.compress(b"\xc1"),
        zlib.compress(plain.dumps([{}, b"", b""])),
        zlib.compress(plain.dumps([[], b"", b"", None])),
        zlib.compress(plain.dumps([{}, "seed", b"", None])),
    ],
)
def test_bytes_of_no_start_are_refused(packed: bytes) -> None:
    with pytest.raises(SnapshotCorrupt):
        Start.unpacked(packed)
