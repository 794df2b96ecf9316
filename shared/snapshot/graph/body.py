"""The large blocks of memory beside a graph: sprites, drawings, lists of frames."""

import zlib
from collections.abc import Sequence
from pickle import PickleBuffer


class BlockCompressor:
    """Compresses a block again only when it has changed: 1.5 MB take 5 ms, and 0.1 ms to compare."""

    def __init__(self) -> None:
        self._last: list[tuple[bytes | None, bytes]] = []
        """Each block of the last capture, raw and compressed, in the graph's order."""

    def compressed(self, buffers: Sequence[PickleBuffer]) -> list[bytes]:
        """The blocks, compressed, in their order."""
        raw = [buffer.raw().tobytes() for buffer in buffers]
        last = [*self._last, *[(None, b"")] * len(raw)]
        self._last = [
            (block, packed if block == before else zlib.compress(block, 1))
            for block, (before, packed) in zip(raw, last, strict=False)
        ]
        return [packed for _, packed in self._last]


def decompressed(blocks: Sequence[bytes]) -> list[bytes]:
    """The blocks that `compressed` was given.

    Raises:
        zlib.error: They are something else.
    """
    return [zlib.decompress(block) for block in blocks]
