"""The state of a libretro core, as `RetroEmulator.get_state` gives it, without what else it holds.

stable-retro asks the core for the largest size that a state may have, allocates so many bytes and lets the core
write the beginning. Genesis Plus GX writes 0.14 of 1.04 MB. The rest is what lay in the process's memory before:
secrets of others perhaps, and never the same twice. So the C library is told, for the length of that call, to fill
with zeros what it allocates (`M_PERTURB` of glibc's `mallopt`; the fill is the complement of the value).
"""

import ctypes
import zlib
from typing import Any

from shared.errors import SnapshotCorrupt

_M_PERTURB = -6
_FILL_WITH_ZEROS = 0xFF
_OFF = 0
_BLOCK = bytes(1 << 16)

State = tuple[int, bytes]
"""The whole length in bytes, and the bytes up to the last that is not zero."""


def can_be_read() -> bool:
    """Whether this C library can fill what it allocates."""
    return _mallopt is not None and bool(_mallopt(_M_PERTURB, _OFF))


def state_of(emulator: Any) -> State:
    """What the core has written; equal bytes for equal states of one emulator."""
    assert _mallopt is not None, "an emulator was claimed where its state cannot be read"
    _mallopt(_M_PERTURB, _FILL_WITH_ZEROS)
    try:
        whole: bytes = emulator.get_state()
    finally:
        _mallopt(_M_PERTURB, _OFF)
    return len(whole), _without_last_zeros(whole)


def set_state(emulator: Any, state: State) -> bool:
    """Give it to an emulator of the same game; False if the core does not take it. What it shows is still old."""
    length, written = state
    return bool(emulator.set_state(written.ljust(length, b"\0")))


def packed(state: State) -> list[Any]:
    """The state as plain data, compressed: 7 KB for a game of the Genesis."""
    length, written = state
    return [length, zlib.compress(written, 1)]


def unpacked(value: Any) -> State:
    """The state that was packed.

    Raises:
        SnapshotCorrupt: it is none.
    """
    match value:
        case [int(length), bytes(compressed)]:
            try:
                return length, zlib.decompress(compressed)
            except zlib.error as error:
                raise SnapshotCorrupt(f"The emulator's state cannot be read: {error}.") from error
    raise SnapshotCorrupt("The emulator's state in the snapshot is not of the form this mechanism writes.")


def _without_last_zeros(whole: bytes) -> bytes:
    # By blocks: `rstrip` looks at every byte, which takes 2 ms for a megabyte.
    end = len(whole)
    while end >= len(_BLOCK) and whole[end - len(_BLOCK) : end] == _BLOCK:
        end -= len(_BLOCK)
    return whole[:end].rstrip(b"\0")


_mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
