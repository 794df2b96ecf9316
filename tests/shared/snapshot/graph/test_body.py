"""A block beside a graph is compressed when it is new or has changed, and only then."""

import zlib
from pickle import PickleBuffer

import pytest

from shared.snapshot.graph.body import BlockCompressor, decompressed

SPRITE, FRAME = b"sprite" * 5000, b"frame" * 5000


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
