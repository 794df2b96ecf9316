"""A body comes back as it was packed; a block of it is compressed when it is new or has changed, and only then."""

import zlib
from pickle import PickleBuffer

import pytest

from shared.codec import plain
from shared.codec.plain import NotPlain
from shared.errors import SnapshotCorrupt
from shared.snapshot.graph.body import BlockCompressor, GraphBody, decompressed
from shared.snapshot.graph.constants import Constants

SPRITE, FRAME = b"sprite" * 5000, b"frame" * 5000


BODY = GraphBody(
    {"python": "cpython-311"},
    ["my.Env"],
    b"constants",
    b"generators",
    None,
    b"names",
    [1.5],
    zlib.compress(b"N."),
    [],
)


def test_a_body_is_unpacked_as_it_was_packed() -> None:
    assert GraphBody.unpacked(BODY.packed()) == BODY


def test_what_an_earlier_release_wrote_of_this_projects_modules_is_read_in_todays_terms() -> None:
    """A body of today does not hold their versions, nor the paths of their classes."""
    earlier = BODY._replace(
        versions={
            "shared.snapshot.graph.arrays": "f013ebc97e314c23",
            "gym-http-serverless": "0.1.0",
            **BODY.versions,
        },
        layers=["shared.snapshot.making.autoreset.SameStepAutoreset", "my.Env"],
    )
    assert GraphBody.unpacked(earlier.packed()) == BODY._replace(layers=["SameStepAutoreset", "my.Env"])


@pytest.mark.parametrize("place", range(len(BODY)))
def test_a_body_that_lacks_a_part_is_refused(place: int) -> None:
    with pytest.raises(SnapshotCorrupt, match="not of the form"):
        GraphBody.unpacked(plain.dumps([part for number, part in enumerate(BODY) if number != place]))


def test_a_body_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.snapshot.graph.body.LARGEST_BODY_BYTES", len(BODY.packed()) - 1)
    with pytest.raises(NotPlain, match="more than the"):
        BODY.packed()


@pytest.mark.parametrize("graph", [b"not compressed", zlib.compress(b"no pickle")])
def test_a_graph_that_cannot_be_made_again_is_corrupt(graph: bytes) -> None:
    with pytest.raises(SnapshotCorrupt, match="cannot be built"):
        BODY._replace(graph=graph).environment(Constants())


def buffers(*blocks: bytes) -> list[PickleBuffer]:
    return [PickleBuffer(block) for block in blocks]


@pytest.fixture
def compressed_sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of what is compressed from now on."""
    sizes: list[int] = []
    compress = zlib.compress

    def counted(data: bytes, level: int) -> bytes:
        sizes.append(len(data))
        return compress(data, level)

    monkeypatch.setattr(zlib, "compress", counted)
    return sizes


def test_blocks_come_back_in_their_order() -> None:
    packed = BlockCompressor().compressed(buffers(SPRITE, b"", FRAME))
    assert decompressed(packed) == [SPRITE, b"", FRAME]


def test_an_unchanged_block_is_not_compressed_again(compressed_sizes: list[int]) -> None:
    compressor = BlockCompressor()
    first = compressor.compressed(buffers(SPRITE, FRAME))
    assert compressor.compressed(buffers(SPRITE, FRAME)) == first
    assert compressed_sizes == [len(SPRITE), len(FRAME)]


def test_a_changed_or_added_block_alone_is_compressed(compressed_sizes: list[int]) -> None:
    """A list of frames grows by one a step."""
    compressor = BlockCompressor()
    compressor.compressed(buffers(SPRITE))
    compressor.compressed(buffers(SPRITE, FRAME))
    changed = compressor.compressed(buffers(SPRITE[:-1], FRAME))
    assert compressed_sizes == [len(SPRITE), len(FRAME), len(SPRITE) - 1]
    assert decompressed(changed) == [SPRITE[:-1], FRAME]


def test_fewer_blocks_than_before_are_no_error() -> None:
    """A render empties a list of frames."""
    compressor = BlockCompressor()
    compressor.compressed(buffers(SPRITE, FRAME))
    assert decompressed(compressor.compressed(buffers(FRAME))) == [FRAME]


def test_bytes_of_no_block_are_refused() -> None:
    with pytest.raises(zlib.error):
        decompressed([b"no block"])
