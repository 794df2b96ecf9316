"""The core of an environment whose resets leave nothing, as a journal that begins at the last reset needs it."""

import hashlib
from typing import Any

import gymnasium

from shared.snapshot.contract.calls import Call, Reset
from shared.snapshot.replay.journal import DeterministicCore
from shared.snapshot.replay.left import leave_in, left_in
from shared.snapshot.replay.visible import visible_digest

PRIVATE_NAMES = ("gymnasium:Env._np_random_seed",)
"""What this module reads of other packages that is not part of their API."""


class EpisodicCore(DeterministicCore):
    """One of which this is believed too: after a reset it is as a new one with its generators and attributes."""

    def __init__(self, env: gymnasium.Env[Any, Any], seed: bytes) -> None:
        super().__init__(env, seed)
        self.whole = False
        """Whether that proved wrong, so that all calls have to be made again."""
        self._made = 0
        self._made_s = 0.0
        """What all calls took that were made here, those before the last reset too."""
        self._replies = b""
        """A digest of every reply since the last reset. One reply could be right by chance."""
        self._attributes = b""
        """A digest of the attributes after the last reset."""

    @property
    def restarts(self) -> bool:
        """See `Replayable.restarts`."""
        return not self.whole and not self._process.changed

    def clear(self) -> bool:
        """See `Replayable.clear`."""
        if not self.restarts:
            return False
        self._spent_s = 0.0
        return True

    def residue(self) -> Any:
        """See `Replayable.residue`."""
        return [self._global_rng.state(), self._env.unwrapped._np_random_seed, left_in(self._env)]

    def set_residue(self, value: Any) -> None:
        """See `Replayable.set_residue`."""
        state, self._env.unwrapped._np_random_seed, left = value
        leave_in(self._env, left)
        self._global_rng.set_state(state)

    def perform(self, call: Call) -> Any:
        """See `Replayable.perform`."""
        before_s = self._spent_s
        result = super().perform(call)
        self._made += 1
        self._made_s += self._spent_s - before_s
        before = b"" if isinstance(call, Reset) else self._replies
        self._replies = hashlib.blake2b(before + self._last.encode(), digest_size=16).digest()
        if isinstance(call, Reset):
            self._attributes = visible_digest(self._env)
        return result

    def fingerprint(self) -> Any:
        """See `Replayable.fingerprint`."""
        return [self._replies, self._attributes]

    def seconds_for(self, calls: int) -> float:
        """Estimated seconds of making so many calls."""
        return calls * self._made_s / max(self._made, 1)

    def carry_whole(self, earlier_s: float = 0.0) -> None:
        """From now on all calls are made again; those before the last reset take so many seconds besides."""
        self.whole = True
        self._spent_s += earlier_s
