"""The emulator of one environment, recorded so that another emulator can be brought to the same point.

ALE cannot give out or take in all of an emulator's state (`ale_state`). What lies hidden is settled by running on
from a known state: so a snapshot is the state of 16 to 32 frames ago (a keyframe), the actions pressed since,
and a digest of everything visible, which the emulator that repeats them has to arrive at.
"""

import hashlib
import os
import struct
from typing import Any

import numpy as np
from ale_py import Action, ALEInterface, ALEState

from shared.errors import NotExact, SnapshotCorrupt
from shared.snapshot.ale import actions
from shared.snapshot.ale.actions import ALWAYS_TAKEN, NOOP, Press, Presses, StickyAction
from shared.snapshot.ale.keyframe import Keyframe, Origin
from shared.snapshot.ale.machine import Machine

KEYFRAME_EVERY = 16
"""Frames between keyframes. Of 102 games one, Yars' Revenge, still drew a wrong picture one frame after a
restored state, and none did after four."""

_RESEED = struct.Struct("<II")
"""How many presses came before it, and the seed."""


class RecordedInterface:
    """Stands where the environment's `ALEInterface` stood and passes everything on."""

    def __init__(self, ale: ALEInterface, rom: os.PathLike[str]) -> None:
        self._ale = ale
        self._rom = rom
        self._stickiness = ale.getFloat("repeat_action_probability")
        self._previous = np.zeros(ale.getScreenDims(), np.uint8)
        self._serialized: bytes | None = None
        self._loaded = self._machine()
        self._keyframes: list[Keyframe]
        self._idle: bool
        self._begin(Origin.LOADED)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ale, name)

    def act(self, action: Action, strength: float = 1.0) -> int:
        """`ALEInterface.act`: one frame."""
        return self._press(action.value, strength)

    def reset_game(self) -> None:
        """`ALEInterface.reset_game`."""
        self._serialized = None  # the environment may have set the game's mode
        before = self._machine()
        self._ale.reset_game()
        self._begin(Origin.RESET, before)

    def loadROM(self, rom: os.PathLike[str]) -> None:
        """`ALEInterface.loadROM` of the same game again, which `reset(seed=...)` does for the seed alone.

        It takes 90 to 300 ms, mostly for colour tables, so the state that it leads to is restored instead. Two
        games, Berzerk and Double Dunk, draw actions while they load, so theirs depends on the seed.
        """
        seed = self._ale.getInt("random_seed")
        if seed == -1 or not actions.is_fresh(self._loaded.generator):
            self._ale.loadROM(rom)
        else:
            self._settle(self._loaded, NOOP)
            self._restore(self._loaded._replace(generator=actions.seeded(seed)))
        self._begin(Origin.LOADED)

    def reseed(self, seed: int) -> None:
        """Begin the generator of sticky actions anew, as loading the game with this `random_seed` would.

        The game goes on as it was, the action in effect included.
        """
        generator = actions.seeded(seed)
        if not self._idle:  # else no frame follows before the next reset, and the generator itself is captured
            self._follow()
            last = self._keyframes[-1]
            last.reseeds[len(last.presses)] = seed
            self._sticky.reseed(generator)
        self._restore(self._machine()._replace(generator=generator))

    def capture(self) -> list[Any]:
        """The state as plain data, about 3.2 KB; the same for the same state."""
        presses, reseeds = Presses(), bytearray()
        for keyframe in self._keyframes:
            for frame, seed in keyframe.reseeds.items():
                reseeds += _RESEED.pack(len(presses) + frame, seed)
            presses.raw += keyframe.presses.raw
        idle = actions.packed(self._machine().generator) if self._idle else None
        packed = self._keyframes[0].packed(self._loaded.system_generator)
        return [self._ale.getInt("random_seed"), packed, bytes(presses.raw), bytes(reseeds), idle, self._digest()]

    def restore(self, captured: list[Any]) -> None:
        """Bring this emulator, whatever it did before, to where another of the same game was captured.

        Raises:
            SnapshotCorrupt: it did not arrive there.
        """
        match captured:
            case [int(seed), list(packed), bytes(presses), bytes(reseeds), bytes() | None as idle, bytes(digest)]:
                keyframe = Keyframe.unpacked(packed, self._loaded)
            case _:
                raise SnapshotCorrupt("The emulator's state is not of the form this mechanism writes.")
        self._ale.setInt("random_seed", seed)
        for cleared in (False, True):
            try:
                self._repeat(keyframe, Presses(presses), _reseeds(reseeds), cleared=cleared)
                if idle is not None:
                    self._restore(self._machine()._replace(generator=actions.unpacked(idle)))
                    self._idle = True
            except (SystemError, ValueError, struct.error) as error:  # ALE's own come through as SystemError
                raise SnapshotCorrupt(f"The emulator's state cannot be read: {error}.") from error
            if self._digest() == digest:
                return
        raise SnapshotCorrupt(
            "The emulator came to another state than the one stored when it repeated the last "
            f"{len(Presses(presses))} frames, also from cleared buffers."
        )

    def _press(self, action: int, strength: float) -> int:
        ale = self._ale
        if ale.game_over():
            # ALE emulates no frame, but draws from the generator.
            self._idle = True
        else:
            keyframe = self._keyframes[-1]
            if len(keyframe.presses) >= KEYFRAME_EVERY:
                keyframe = self._next_keyframe()
            keyframe.presses.append(action, strength)
            ale.getScreen(self._previous)
        self._serialized = None
        return ale.act(action, strength)

    def _begin(self, origin: Origin, machine: Machine | None = None, effective: Press = NOOP) -> None:
        """Record from here on, the origin being behind; `machine` is before it, by default as it is now."""
        self._serialized = None
        now = self._machine()
        self._keyframes = [Keyframe(origin, machine or now, effective)]
        self._sticky = StickyAction(self._stickiness, now.generator, effective)
        self._followed = 0
        self._idle = False
        self._previous.fill(0)

    def _next_keyframe(self) -> Keyframe:
        """A keyframe here, unless the emulator is inside a frame; the one before the last is forgotten."""
        self._follow()
        last, machine = self._keyframes[-1], self._machine()
        if machine.is_cut_off:
            return last
        new = Keyframe(Origin.RUNNING, machine, self._sticky.press)
        self._keyframes = [last, new]
        self._followed = 0
        return new

    def _follow(self) -> None:
        """Learn which action is in effect now."""
        presses = self._keyframes[-1].presses
        try:
            self._sticky.follow(presses, len(presses) - self._followed, self._machine().generator)
        except ValueError as error:
            raise NotExact(f"The action in effect is not known any more: {error}.") from error
        self._followed = len(presses)

    def _repeat(self, keyframe: Keyframe, presses: Presses, reseeds: dict[int, int], *, cleared: bool) -> None:
        if cleared and keyframe.origin is Origin.LOADED:
            self._ale.loadROM(self._rom)
        elif cleared:
            self._ale.reset_game()
        if keyframe.origin is Origin.RUNNING:
            self._settle(keyframe.machine, keyframe.effective)
        self._restore(keyframe.machine)
        if keyframe.origin is Origin.RESET:
            self._ale.reset_game()
        self._begin(keyframe.origin, keyframe.machine, keyframe.effective)
        for frame in range(len(presses) + 1):
            if frame in reseeds:
                self.reseed(reseeds[frame])
            if frame < len(presses):
                self._press(*presses[frame])

    def _settle(self, machine: Machine, effective: Press) -> None:
        """Bring what is hidden to what it was at `machine`, by one frame that is not the game's."""
        self._restore(machine.settled(ALWAYS_TAKEN))
        self._ale.act(*effective)

    def _now(self) -> bytes:
        if self._serialized is None:
            self._serialized = self._ale.cloneSystemState().serialize()
        return self._serialized

    def _machine(self) -> Machine:
        return Machine.of(self._now())

    def _restore(self, machine: Machine) -> None:
        self._serialized = None
        self._ale.restoreSystemState(ALEState(machine.serialized()))

    def _digest(self) -> bytes:
        """16 bytes over the state, both pictures between which the emulator alternates, and the memory shown."""
        state = hashlib.sha256(self._now())
        for visible in (self._ale.getScreen(), self._previous, self._ale.getRAM()):
            state.update(visible.data)
        return state.digest()[:16]


def _reseeds(raw: bytes) -> dict[int, int]:
    return dict(_RESEED.iter_unpack(raw))
