"""How much goes wrong and when. A seeded generator draws kills and faults that keep pace with the calls."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence


class Plan:
    """The targets of one run, and its progress."""

    def __init__(self, *, calls: int, kills: int, faults: int, seed: int) -> None:
        self.random = random.Random(seed)
        self.acknowledged = 0
        self.injected: Counter[str] = Counter()
        self.kills = 0
        self._calls = calls
        self._kills = kills
        self._faults = faults
        self._healed = False

    @property
    def done(self) -> bool:
        """Whether every target is reached."""
        faults = self.injected.total() >= self._faults
        return self.acknowledged >= self._calls and self.kills >= self._kills and faults

    @property
    def kill_due(self) -> bool:
        """Whether to kill a server now."""
        return not self._healed and self.kills < min(self._kills, self._kills * self._progress)

    def draw(self, kinds: Sequence[str], chance: float = 0.5) -> str:
        """A fault of one of the kinds to inject now; empty for none."""
        due = self.injected.total() < min(self._faults, self._faults * self._progress + 1)
        if self._healed or not due or self.random.random() > chance:
            return ""
        kind = self.random.choice(kinds)
        self.injected[kind] += 1
        return kind

    async def turn(self) -> None:
        """Wait while kills lag behind the calls: a server takes a second to restart."""
        while not self.done and self._kills and self._progress > (self.kills + 2) / self._kills:
            await asyncio.sleep(0.01)

    def heal(self) -> None:
        """Stop injecting faults."""
        self._healed = True

    @property
    def _progress(self) -> float:
        """The share of the calls that is acknowledged; above 1 while other targets lag behind."""
        return (self.acknowledged + 1) / self._calls
