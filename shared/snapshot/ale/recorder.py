"""The emulator of one environment, recorded so that another emulator can be brought to the same point.

ALE cannot give out or take in all of an emulator's state (`system_state`). What is hidden settles by running on
from a known state. So a snapshot is the state of 16 to 32 frames ago (a keyframe), what was pressed since, and a
digest of everything visible, at which the emulator that repeats the presses has to arrive.
"""

import hashlib
import os
from typing import Any

import numpy as np
from ale_py import Action, ALEInterface, ALEState

from shared.errors import NotExact, SnapshotCorrupt, SnapshotDiverged
from shared.snapshot.ale import generator
from shared.snapshot.ale.keyframe import Keyframe, Origin
from shared.snapshot.ale.recording import Recording
from shared.snapshot.ale.sticky_action import NOOP, Press, StickyAction
from shared.snapshot.ale.system_state import SystemState

KEYFRAME_EVERY = 16
"""Frames between keyframes. Of 102 games one, Yars' Revenge, still drew a wrong picture one frame after a
restored state, and none did after four."""


class RecordedInterface:
    """Takes the place of an environment's `ALEInterface`, and forwards what it does not record."""

    def __init__(self, ale: ALEInterface, rom: os.PathLike[str]) -> None:
        self.ale = ale
        self.rom = rom
        self._stickiness = ale.getFloat("repeat_action_probability")
        self._previous = np.zeros(ale.getScreenDims(), np.uint8)
        self._serialized: bytes | None = None
        self._loaded = self.state()
        self._keyframes: list[Keyframe]
        self._idle: bool
        self._begin(Origin.LOADED)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ale, name)

    def act(self, action: Action, strength: float = 1.0) -> int:
        """`ALEInterface.act`: one frame."""
        return self._press(action.value, strength)

    def reset_game(self) -> None:
        """`ALEInterface.reset_game`."""
        self._serialized = None  # the environment may have set the game's mode
        before = self.state()
        self.ale.reset_game()
        self._begin(Origin.RESET, before)

    def loadROM(self, rom: os.PathLike[str]) -> None:
        """`ALEInterface.loadROM` of the same game again, which `reset(seed=...)` calls for the seed alone.

        Loading takes 90 to 300 ms, mostly for colour tables, so the state that it leads to is restored instead.
        Two games, Berzerk and Double Dunk, draw actions while they load; theirs depends on the seed.
        """
        seed = self.ale.getInt("random_seed")
        if seed == -1 or not generator.is_fresh(self._loaded.generator):
            self.ale.loadROM(rom)
        else:
            self._settle(self._loaded, NOOP)
            self.set_state(self._loaded._replace(generator=generator.seeded(seed)))
        self._begin(Origin.LOADED)

    def reseed(self, seed: int) -> None:
        """Replace the generator of sticky actions by the one that this `random_seed` gives a loaded game.

        The game goes on as it was, the action in effect included.
        """
        seeded = generator.seeded(seed)
        if not self._idle:  # else no frame follows before the next reset, and the generator itself is captured
            self._follow()
            last = self._keyframes[-1]
            last.reseeds[len(last.presses)] = seed
            self._sticky.reseed(seeded)
        self.set_state(self.state()._replace(generator=seeded))

    def capture(self) -> list[Any]:
        """The recording as plain data, about 3.2 KB; equal states give equal data."""
        idle = self.state().generator if self._idle else None
        recording = Recording.since(self.ale.getInt("random_seed"), self._keyframes, idle, self._digest())
        return recording.packed(self._loaded.system_generator)

    def restore(self, captured: list[Any]) -> None:
        """Bring this emulator, whatever it did before, to where another of the same game was captured.

        Raises:
            SnapshotCorrupt: It did not arrive there.
        """
        recording = Recording.unpacked(captured, self._loaded)
        self.ale.setInt("random_seed", recording.random_seed)
        for cleared in (False, True):
            try:
                self._repeat(recording, cleared=cleared)
            except (SystemError, ValueError) as error:  # pybind11 turns ALE's exceptions into this
                raise SnapshotCorrupt(f"The emulator's state cannot be read: {error}.") from error
            if self._digest() == recording.digest:
                return
        raise SnapshotDiverged(
            f"The emulator repeated the last {len(recording.presses)} frames, also from cleared buffers, "
            "and came to another state than the one stored. Restore an earlier checkpoint, or create it anew."
        )

    def state(self) -> SystemState:
        """The emulator's state as ALE serializes it."""
        return SystemState.of(self._now())

    def set_state(self, state: SystemState) -> None:
        """ALE's own restore, which leaves what is hidden as it is."""
        self._serialized = None
        self.ale.restoreSystemState(ALEState(state.serialized()))

    def _press(self, action: int, strength: float) -> int:
        if self.ale.game_over():
            # ALE emulates no frame, but draws from the generator.
            self._idle = True
        else:
            keyframe = self._keyframes[-1]
            if len(keyframe.presses) >= KEYFRAME_EVERY:
                keyframe = self._next_keyframe()
            keyframe.presses.append(action, strength)
            self.ale.getScreen(self._previous)
        self._serialized = None
        return self.ale.act(action, strength)

    def _begin(self, origin: Origin, state: SystemState | None = None, effective: Press = NOOP) -> None:
        """Start a new recording. `state` lies before the origin; by default it is the present one."""
        self._serialized = None
        now = self.state()
        self._keyframes = [Keyframe(origin, state or now, effective)]
        self._sticky = StickyAction(self._stickiness, now.generator, effective)
        self._followed = 0
        self._idle = False
        self._previous.fill(0)

    def _next_keyframe(self) -> Keyframe:
        """A keyframe here, unless the emulator is inside a frame. The one before the last is dropped."""
        self._follow()
        last, state = self._keyframes[-1], self.state()
        if state.is_cut_off:
            return last
        new = Keyframe(Origin.RUNNING, state, self._sticky.press)
        self._keyframes = [last, new]
        self._followed = 0
        return new

    def _follow(self) -> None:
        """Find out which action is in effect now."""
        presses = self._keyframes[-1].presses
        try:
            self._sticky.follow(presses, len(presses) - self._followed, self.state().generator)
        except ValueError as error:
            raise NotExact(f"The action in effect is no longer known: {error}.") from error
        self._followed = len(presses)

    def _repeat(self, recording: Recording, *, cleared: bool) -> None:
        keyframe, presses = recording.keyframe, recording.presses
        if cleared and keyframe.origin is Origin.LOADED:
            self.ale.loadROM(self.rom)
        elif cleared:
            self.ale.reset_game()
        if keyframe.origin is Origin.RUNNING:
            self._settle(keyframe.state, keyframe.effective)
        self.set_state(keyframe.state)
        if keyframe.origin is Origin.RESET:
            self.ale.reset_game()
        self._begin(keyframe.origin, keyframe.state, keyframe.effective)
        for frame in range(len(presses) + 1):
            if frame in recording.reseeds:
                self.reseed(recording.reseeds[frame])
            if frame < len(presses):
                self._press(*presses[frame])
        if recording.idle_generator is not None:
            self.set_state(self.state()._replace(generator=recording.idle_generator))
            self._idle = True

    def _settle(self, state: SystemState, effective: Press) -> None:
        """Restore the hidden state as it was at `state`, by emulating one frame that is not the game's."""
        self.set_state(state.settled(generator.ALWAYS_LARGEST))
        self.ale.act(*effective)

    def _now(self) -> bytes:
        if self._serialized is None:
            self._serialized = self.ale.cloneSystemState().serialize()
        return self._serialized

    def _digest(self) -> bytes:
        """16 bytes over the state, both pictures between which the emulator alternates, and the RAM shown."""
        state = hashlib.sha256(self._now())
        for visible in (self.ale.getScreen(), self._previous, self.ale.getRAM()):
            state.update(visible.data)
        return state.digest()[:16]
