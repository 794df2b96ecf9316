"""The one emulator of a process, with its state in globals as a core of libretro has it."""

import ctypes
import os
from typing import Any, ClassVar

import numpy as np

from stable_retro.data import GameData

LARGEST_STATE_BYTES = 1 << 20
_RAM = bytearray(64)
"""The score, the clock, and 62 bytes that a game mixes."""
_SCREEN = np.zeros((6, 8, 3), np.uint8)
_ADDRESS = os.urandom(6)
"""Where the core lies in this process. A state has it, and a core that reads one keeps its own."""

_new_bytes = ctypes.pythonapi.PyBytes_FromStringAndSize
_new_bytes.argtypes, _new_bytes.restype = [ctypes.c_void_p, ctypes.c_ssize_t], ctypes.py_object
_address_of = ctypes.pythonapi.PyBytes_AsString
_address_of.argtypes, _address_of.restype = [ctypes.py_object], ctypes.c_void_p


class RetroEmulator:
    """Plays a game. `Hesitant` shows the old screen for a frame after it was given a state."""

    living: ClassVar[int] = 0
    made: ClassVar[int] = 0

    def __init__(self, game: str) -> None:
        if RetroEmulator.living:
            raise RuntimeError("Cannot create multiple emulator instances per process")
        RetroEmulator.living += 1
        RetroEmulator.made += 1
        self._hesitates = game == "Hesitant"
        self._given = False
        self._buttons = 0
        _RAM[:] = bytes(range(64))
        _SCREEN[:] = 0

    def __del__(self) -> None:
        RetroEmulator.living -= getattr(self, "_buttons", None) is not None

    def configure_data(self, data: GameData) -> None:
        """Let it see the memory."""
        data.memory.blocks[0] = _RAM

    def set_button_mask(self, mask: Any, player: int) -> None:
        """Press buttons, until others are pressed."""
        self._buttons = int(np.packbits(np.asarray(mask, np.uint8))[0])

    def step(self) -> None:
        """One frame: any difference in memory spreads."""
        for place in range(2, 64):
            _RAM[place] = (_RAM[place] * 5 + _RAM[place - 1] + self._buttons + place) % 256
        _RAM[0] = (_RAM[0] + (_RAM[63] & 3)) % 256
        _RAM[1] = (_RAM[1] + 1) % 256
        if not (self._hesitates and self._given):
            _SCREEN[:] = np.resize(np.frombuffer(_RAM, np.uint8), _SCREEN.shape)
        self._given = False

    def get_screen(self) -> Any:
        """A copy of the screen."""
        return _SCREEN.copy()

    def get_state(self) -> bytes:
        """Bytes that nobody cleared, of which the core writes the first."""
        state: bytes = _new_bytes(None, LARGEST_STATE_BYTES)
        written = b"CORE" + _ADDRESS + _RAM
        ctypes.memmove(_address_of(state), written, len(written))
        return state

    def set_state(self, state: bytes) -> bool:
        """Take the memory of a state; what is on the screen stays."""
        if len(state) != LARGEST_STATE_BYTES or not state.startswith(b"CORE"):
            return False
        _RAM[:] = state[4 + len(_ADDRESS) :][:64]
        self._given = True
        return True
