"""How ALE 0.12 serializes a system state: cut where snapshots need it, altered where a restore needs it.

`ALEState.serialize()` is six integers, a string and two integers, all little-endian. The string holds the console
(system, processor, RAM and timer, TIA, cartridge), the game's settings and last the generator of sticky actions.
Source of the order: ALE's `ale_state.cpp`, `System.cxx`, `M6502Low.cxx`, `M6532.cxx` and `TIA.cxx`.

*Not* in it, and so not restored from it: the action in effect, the screen, both frame buffers, whether the last
frame was cut off, and the TIA's pointers to the masks of its five movable objects.
"""

import struct
from typing import NamedTuple

_NUMBER = struct.Struct("<I")
_HEADER = 6 * 4
_TAIL = 2 * 4
_CARTRIDGE = slice(_HEADER, _HEADER + 4 + 32)  # the MD5 of the ROM in hexadecimal, and its length
_TRUE = _NUMBER.pack(0xFAB1FAB2)
_RAM_BYTES = 128
# Places within a part, in numbers of four bytes.
_PROGRAM_COUNTER, _EXECUTION_STATUS, _PROCESSOR_NUMBERS = 5, 13, 14
_TIMER_NUMBERS = 7
_LAST_SCANLINES, _CURRENT_SCANLINE, _NUSIZ0, _NUSIZ1, _CTRLPF = 5, 6, 11, 12, 17

# 6502 code. The registers $04, $05 and $0A are written with the values that they have, which makes the TIA look up
# the masks again. Then VSYNC is held for three lines, which ends the frame above the first visible line.
_LOOK_UP_MASKS = "A9 {:02X} 85 04  A9 {:02X} 85 05  A9 {:02X} 85 0A"
_END_FRAME = "A9 02 85 00  85 02 85 02 85 02  A9 00 85 00"
_PROGRAM_START = 0x80


class UnknownLayout(ValueError):
    """The bytes are not laid out as this module expects."""


class SystemState(NamedTuple):
    """A serialized state, cut around the generator of sticky actions."""

    head: bytes
    """Everything before the generator, without the lengths of the two strings that end with it."""
    generator: bytes
    """`std::mt19937` as text: 624 words and a position."""
    tail: bytes

    @classmethod
    def of(cls, serialized: bytes) -> "SystemState":
        """Cut what `ALEState.serialize()` returned.

        Raises:
            UnknownLayout: The generator is not where it should be.
        """
        start = serialized.rfind(_TRUE) + len(_TRUE)
        end = len(serialized) - _TAIL
        if start + 4 > end or _number(serialized, start) != end - start - 4:
            raise UnknownLayout("there is no generator where ALE puts it")
        head = serialized[:_HEADER] + serialized[_HEADER + 4 : start]
        return cls(head, serialized[start + 4 : end], serialized[end:])

    def serialized(self) -> bytes:
        """The bytes that `of` was given."""
        inner = self.head[_HEADER:] + _NUMBER.pack(len(self.generator)) + self.generator
        return self.head[:_HEADER] + _NUMBER.pack(len(inner)) + inner + self.tail

    def settled(self, generator: bytes) -> "SystemState":
        """A state whose next frame points the TIA at the masks that these registers imply, and draws nothing.

        `generator` replaces its own. Seven games of 102, Hangman and Surround among them, write these registers so
        rarely that 16 of their frames do not bring the pointers back, and nothing shows it.
        """
        tia = _parts(self.head).tia
        registers = [_number(self.head, tia + 4 * place) for place in (_NUSIZ0, _NUSIZ1, _CTRLPF)]
        program = bytes.fromhex(_LOOK_UP_MASKS.format(*registers) + _END_FRAME)
        return self.running(program)._replace(generator=generator)

    def running(self, program: bytes) -> "SystemState":
        """A state that runs the 6502 code next, from RAM."""
        parts = _parts(self.head)
        head = bytearray(self.head)
        for place, byte in enumerate(program):
            _NUMBER.pack_into(head, parts.ram + 4 * place, byte)
        _NUMBER.pack_into(head, parts.processor + 4 * _PROGRAM_COUNTER, _PROGRAM_START)
        _NUMBER.pack_into(head, parts.processor + 4 * _EXECUTION_STATUS, 0)
        return self._replace(head=bytes(head))

    @property
    def is_cut_off(self) -> bool:
        """Whether ALE cut the last frame off before its VSYNC, so that the next call continues within it."""
        tia = _parts(self.head).tia
        return _number(self.head, tia + 4 * _CURRENT_SCANLINE) != _number(self.head, tia + 4 * _LAST_SCANLINES)

    def check(self, like: "SystemState") -> None:
        """Accept a state that is laid out as expected and holds the same cartridge as `like`.

        Raises:
            UnknownLayout: It is not such a state. ALE itself would take in half of it.
        """
        _parts(self.head)
        if self.head[_CARTRIDGE] != like.head[_CARTRIDGE]:
            raise UnknownLayout("it is of another game")

    @property
    def system_generator(self) -> bytes:
        """The text of the console's own generator: seeded with a constant, and drawn from only in resets."""
        start, end = _parts(self.head).system_generator
        return self.head[start:end]


class _Parts(NamedTuple):
    system_generator: tuple[int, int]
    processor: int
    ram: int
    tia: int


def _parts(head: bytes) -> _Parts:
    """The offsets in `head` at which the values of each part start."""
    place = _HEADER
    place += 4 + _number(head, place)
    place = _after(head, place, b"System") + 4
    generator = (place + 4, place + 4 + _number(head, place))
    processor = _after(head, generator[1], b"M6502Low")
    ram = _after(head, processor + 4 * _PROCESSOR_NUMBERS, b"M6532") + 4
    tia = _after(head, ram + 4 * (_RAM_BYTES + _TIMER_NUMBERS), b"TIA")
    return _Parts(generator, processor, ram, tia)


def _after(head: bytes, place: int, name: bytes) -> int:
    end = place + 4 + len(name)
    if head[place:end] != _NUMBER.pack(len(name)) + name:
        raise UnknownLayout(f"there is no {name.decode()} where ALE puts it")
    return end


def _number(serialized: bytes, place: int) -> int:
    try:
        value: int = _NUMBER.unpack_from(serialized, place)[0]
    except struct.error as error:
        raise UnknownLayout("it ends before ALE's parts do") from error
    return value
