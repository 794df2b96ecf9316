"""A state from which an ALE emulator can continue, with the presses and reseedings since."""

import zlib
from enum import IntEnum
from typing import Any

from shared.errors import SnapshotCorrupt
from shared.snapshot.ale import generator
from shared.snapshot.ale.sticky_action import Press, PressLog
from shared.snapshot.ale.system_state import SystemState

_LARGEST_STATE_BYTES = 1 << 20


class Origin(IntEnum):
    """How a keyframe's state came about, and so how an emulator is brought to it."""

    LOADED = 0
    """The game was loaded; nothing comes before the first press."""
    RESET = 1
    """A reset follows the state, and clears all that is hidden."""
    RUNNING = 2
    """The state lies between two frames; what is hidden has to be settled first."""


class Keyframe:
    """A state of the emulator, the action in effect then, and what was pressed and reseeded since."""

    def __init__(self, origin: Origin, state: SystemState, effective: Press) -> None:
        self.origin = origin
        self.state = state
        self.effective = effective
        self.presses = PressLog()
        self.reseeds: dict[int, int] = {}
        """Seeds of new generators, each by the number of presses before it."""
        self._packed: list[Any] | None = None

    def packed(self, dictionary: bytes) -> list[Any]:
        """All but the presses and reseedings, as plain data.

        Most of a state are two generators. One is stored apart; the other is nearly always `dictionary`.
        """
        if self._packed is None:
            compressor = zlib.compressobj(3, zdict=dictionary)  # level 6 takes twice as long for 22 bytes of 460
            head = compressor.compress(self.state.head + self.state.tail) + compressor.flush()
            self._packed = [int(self.origin), *self.effective, head, generator.packed(self.state.generator)]
        return self._packed

    @classmethod
    def unpacked(cls, packed: list[Any], like: SystemState) -> "Keyframe":
        """The keyframe that gave `packed`, for an emulator of the same game as `like`.

        Raises:
            SnapshotCorrupt: No keyframe of that game gave it.
        """
        match packed:
            case [int(origin), int(action), float(strength), bytes(compressed), bytes(words)]:
                pass
            case _:
                raise SnapshotCorrupt("The emulator's state is not of the form this mechanism writes.")
        try:
            decompressor = zlib.decompressobj(zdict=like.system_generator)
            head = decompressor.decompress(compressed, _LARGEST_STATE_BYTES)
            cut = len(head) - len(like.tail)
            state = SystemState(head[:cut], generator.unpacked(words), head[cut:])
            state.check(like)
            return cls(Origin(origin), state, Press(action, strength))
        except (zlib.error, ValueError) as error:
            raise SnapshotCorrupt(f"The emulator's state cannot be read: {error}.") from error
