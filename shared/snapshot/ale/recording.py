"""What brings another emulator of the same game to the same point, as a snapshot stores it."""

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

from shared.errors import SnapshotCorrupt
from shared.snapshot.ale import generator
from shared.snapshot.ale.keyframe import Keyframe
from shared.snapshot.ale.sticky_action import PressLog
from shared.snapshot.ale.system_state import SystemState

_RESEED = struct.Struct("<II")
"""The number of presses before it, and the seed."""


class Recording(NamedTuple):
    """A keyframe, what was pressed and reseeded since, and a digest of where that leads."""

    random_seed: int
    """ALE's setting."""
    keyframe: Keyframe
    presses: PressLog
    reseeds: dict[int, int]
    """Seeds of new generators, each by the number of presses before it."""
    idle_generator: bytes | None
    """The generator as text, where the episode is over: ALE then draws without emulating a frame."""
    digest: bytes

    @classmethod
    def since(
        cls, random_seed: int, keyframes: Sequence[Keyframe], idle_generator: bytes | None, digest: bytes
    ) -> "Recording":
        """From the first of the keyframes on, over those after it."""
        presses, reseeds = PressLog(), {}
        for keyframe in keyframes:
            reseeds.update({len(presses) + frame: seed for frame, seed in keyframe.reseeds.items()})
            presses.raw += keyframe.presses.raw
        return cls(random_seed, keyframes[0], presses, reseeds, idle_generator, digest)

    def packed(self, dictionary: bytes) -> list[Any]:
        """As plain data, about 3.2 KB; equal recordings give equal data."""
        reseeds = b"".join(_RESEED.pack(frame, seed) for frame, seed in self.reseeds.items())
        idle = None if self.idle_generator is None else generator.packed(self.idle_generator)
        keyframe = self.keyframe.packed(dictionary)
        return [self.random_seed, keyframe, bytes(self.presses.raw), reseeds, idle, self.digest]

    @classmethod
    def unpacked(cls, packed: list[Any], like: SystemState) -> "Recording":
        """The recording that gave `packed`, for an emulator of the same game as `like`.

        Raises:
            SnapshotCorrupt: No recording of that game gave it.
        """
        match packed:
            case [int(seed), list(frame), bytes(presses), bytes(reseeds), bytes() | None as idle, bytes(digest)]:
                keyframe = Keyframe.unpacked(frame, like)
            case _:
                raise SnapshotCorrupt("The emulator's state is not of the form this mechanism writes.")
        try:
            seeds = dict(_RESEED.iter_unpack(reseeds))
            words = None if idle is None else generator.unpacked(idle)
        except (ValueError, struct.error) as error:
            raise SnapshotCorrupt(f"The emulator's state cannot be read: {error}.") from error
        return cls(seed, keyframe, PressLog(presses), seeds, words, digest)
