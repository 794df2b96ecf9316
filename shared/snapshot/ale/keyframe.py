"""A state from which an ALE emulator can go on, and the frames since, to and from plain data."""

import zlib
from enum import IntEnum
from typing import Any

from shared.errors import SnapshotCorrupt
from shared.snapshot.ale import actions
from shared.snapshot.ale.actions import Press, Presses
from shared.snapshot.ale.machine import Machine

_LARGEST_MACHINE = 1 << 20


class Origin(IntEnum):
    """What comes between a keyframe's state and the first action."""

    LOADED = 0
    """Nothing: it is the state of a newly loaded game."""
    RESET = 1
    """A reset, which clears all that is hidden."""
    RUNNING = 2
    """Nothing: it is the state between two frames."""


class Keyframe:
    """A state of the emulator, how to go on from it, and what was pressed and reseeded since."""

    def __init__(self, origin: Origin, machine: Machine, effective: Press) -> None:
        self.origin = origin
        self.machine = machine
        self.effective = effective
        self.presses = Presses()
        self.reseeds: dict[int, int] = {}
        """Seeds of new generators, each by how many presses came before it."""
        self._packed: list[Any] | None = None

    def packed(self, dictionary: bytes) -> list[Any]:
        """All but the presses, as plain data; the generators are most of it, and one of them is a constant."""
        if self._packed is None:
            compressor = zlib.compressobj(3, zdict=dictionary)  # 6 is twice as slow for 22 bytes of 460
            head = compressor.compress(self.machine.head + self.machine.tail) + compressor.flush()
            self._packed = [int(self.origin), *self.effective, head, actions.packed(self.machine.generator)]
        return self._packed

    @classmethod
    def unpacked(cls, packed: list[Any], like: Machine) -> "Keyframe":
        """What `packed` was called on, for an emulator of the same game as `like`.

        Raises:
            SnapshotCorrupt: it is not that.
        """
        match packed:
            case [int(origin), int(action), float(strength), bytes(compressed), bytes(generator)]:
                pass
            case _:
                raise SnapshotCorrupt("The emulator's state is not of the form this mechanism writes.")
        try:
            decompressor = zlib.decompressobj(zdict=like.system_generator)
            head = decompressor.decompress(compressed, _LARGEST_MACHINE)
            cut = len(head) - len(like.tail)
            machine = Machine(head[:cut], actions.unpacked(generator), head[cut:])
            machine.check(like)
            return cls(Origin(origin), machine, Press(action, strength))
        except (zlib.error, ValueError) as error:
            raise SnapshotCorrupt(f"The emulator's state cannot be read: {error}.") from error
