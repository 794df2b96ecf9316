"""Where a journal begins: all that a new environment needs before the first of the calls is made again."""

import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.codec import plain
from shared.errors import SnapshotCorrupt


class Start(NamedTuple):
    """A newly made core, or one that a reset has cleared."""

    versions: Mapping[str, str]
    """Of what the calls' results depend on, by distribution."""
    seed: bytes
    """Of the global generators during the constructor."""
    generators: bytes
    """The states of the core's generators, as `plain` packs them."""
    residue: Any
    """What a cleared core has and a new one lacks, as plain data; None for a new one."""

    def packed(self) -> bytes:
        """The start as bytes; equal starts give equal bytes."""
        return zlib.compress(plain.dumps([dict(self.versions), self.seed, self.generators, self.residue]))

    @classmethod
    def unpacked(cls, packed: bytes) -> "Start":
        """The start that gave `packed`.

        Raises:
            SnapshotCorrupt: None gave it.
        """
        try:
            parts = plain.loads(zlib.decompress(packed))
        except zlib.error as error:
            raise SnapshotCorrupt(f"The beginning of the journal cannot be read: {error}.") from error
        match parts:
            case [dict(versions), bytes(seed), bytes(generators), residue]:
                return cls(versions, seed, generators, residue)
            case _:
                raise SnapshotCorrupt("The beginning of the journal is not of the form this mechanism writes.")
