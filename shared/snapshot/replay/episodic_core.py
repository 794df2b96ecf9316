"""The core of an environment whose resets leave nothing, as a journal that begins at the last reset needs it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import gymnasium

from shared.snapshot.contract.calls import Call, Render, Reset
from shared.snapshot.contract.digest import digest
from shared.snapshot.replay.journal import DeterministicCore
from shared.snapshot.replay.left import leave_in, left_in
from shared.snapshot.replay.undrawn import Drawing
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
        self.drawing = Drawing(env)
        self._undrawn = False
        self._before = b""
        """The digest of the replies before the last step or reset, from where a replay goes on that drew none."""
        self._told = b""
        """A digest of every reply since the last reset without its observation."""

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
        with self.drawing.left_out() if self._undrawn else nullcontext():
            result = super().perform(call)
        self._made += 1
        self._made_s += self._spent_s - before_s
        begins = isinstance(call, Reset)
        before = b"" if begins else self._replies
        self._replies = _chained(before, self._last)
        if self.drawing.is_optional and not isinstance(call, Render):
            self._before = before
            self._told = _chained(b"" if begins else self._told, digest(result[1:]))
        if begins:
            self._attributes = visible_digest(self._env)
        return result

    def _digest(self, result: Any) -> str:
        """Of a reply whose observation is not drawn the rest alone is compared."""
        return "" if self._undrawn else super()._digest(result)

    def fingerprint(self) -> Any:
        """See `Replayable.fingerprint`."""
        drawn = self.fingerprint_drawn()
        return [*drawn, self._told, self._before] if self.drawing.is_optional else drawn

    def fingerprint_drawn(self) -> list[bytes]:
        """The fingerprint by which a replay is compared that draws every observation."""
        return [self._replies, self._attributes]

    @contextmanager
    def undrawn_before(self, replies: bytes) -> Iterator[None]:
        """Within this context observations are not drawn. After it, the digest of the replies is this one."""
        self._undrawn = True
        try:
            yield
        finally:
            self._undrawn = False
            self._replies = replies

    def seconds_for(self, calls: int) -> float:
        """Estimated seconds of making so many calls."""
        return calls * self._made_s / max(self._made, 1)

    def carry_whole(self, earlier_s: float = 0.0) -> None:
        """From now on all calls are made again; those before the last reset take so many seconds besides."""
        self.whole = True
        self._spent_s += earlier_s


def _chained(before: bytes, last: str) -> bytes:
    return hashlib.blake2b(before + last.encode(), digest_size=16).digest()
