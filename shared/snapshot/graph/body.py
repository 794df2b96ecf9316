"""The body of an object graph's snapshot: the graph, and what a restore needs and is checked by besides."""

import zlib
from collections.abc import Mapping, Sequence
from pickle import PickleBuffer
from typing import Any, NamedTuple

import gymnasium

from shared.codec import plain
from shared.codec.plain import NotPlain
from shared.errors import SnapshotCorrupt, SnapshotIncompatible
from shared.snapshot.contract.stable_names import stable_name_for
from shared.snapshot.graph.constants import Constants
from shared.snapshot.graph.pickler import GraphUnpickler
from shared.snapshot.versions.distributions import is_own

LARGEST_BODY_BYTES = 1 << 26
"""The largest compressed state that is carried."""


UNKNOWN_FORM = "The graph in the snapshot is not of the form this mechanism writes."


class GraphBody(NamedTuple):
    """What is stored of one environment, in the order in which it is stored."""

    versions: Mapping[str, str]
    """Of the distributions and modules that the graph names, this project's excepted."""
    layers: list[str]
    """The classes of the wrappers and of the environment, outermost first."""
    constants: bytes
    """The fingerprint of the constants, which stand in the graph as numbers."""
    generators: bytes
    """A digest of the generators' states."""
    global_rng: Any
    module_state: Any
    clocks: list[Any]
    graph: bytes
    """The pickle, compressed."""
    blocks: list[bytes]
    """The large buffers beside it, compressed."""

    def packed(self) -> bytes:
        """The bytes of a snapshot's body.

        Raises:
            NotPlain: They are too many.
        """
        body = plain.dumps([*self])
        if len(body) > LARGEST_BODY_BYTES:
            raise NotPlain(f"env takes {len(body)} bytes, more than the {LARGEST_BODY_BYTES} that are carried")
        return body

    @classmethod
    def unpacked(cls, body: bytes) -> "GraphBody":
        """What `packed` gave, in this release or an earlier one.

        Raises:
            SnapshotCorrupt: The bytes are none that this mechanism writes.
        """
        match plain.loads(body):
            case [
                dict(versions),
                list(layers),
                bytes(constants),
                bytes(generators),
                global_rng,
                module_state,
                list(clocks),
                bytes(graph),
                list(blocks),
            ]:
                # Once this project's modules had versions too, and its classes were named by their paths.
                versions = {name: version for name, version in versions.items() if not is_own(name)}
                layers = [stable_name_for(layer) or layer for layer in layers]
                return cls(
                    versions, layers, constants, generators, global_rng, module_state, clocks, graph, blocks
                )
            case _:
                raise SnapshotCorrupt(UNKNOWN_FORM)

    def environment(self, constants: Constants) -> gymnasium.Env[Any, Any]:
        """The environment, made again. The body's signature must have been verified.

        Raises:
            SnapshotCorrupt: It cannot be made.
            SnapshotIncompatible: It holds an object whose leaf is not installed here.
        """
        try:
            buffers = decompressed(self.blocks)
            env = GraphUnpickler(zlib.decompress(self.graph), constants, buffers).load()
        except SnapshotIncompatible:  # a leaf that is not installed here
            raise
        except Exception as error:  # the graph calls other libraries' constructors, which may raise anything
            raise SnapshotCorrupt(f"The graph in the snapshot cannot be built: {error!r}.") from error
        assert isinstance(env, gymnasium.Env)
        return env


class BlockCompressor:
    """Compresses a block again only when it has changed: 1.5 MB take 5 ms, and 0.1 ms to compare.

    Blocks are sprites, drawings, lists of frames.
    """

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
