"""Where the files of the games are, and what is computed from an emulator's memory."""

import json
from pathlib import Path
from typing import Any


def get_file_path(game: str, file: str, inttype: Any = None) -> str:
    """The path of a game's file."""
    return str(Path(__file__).parent / game / file)


class Memory:
    """The emulator's own memory, by where it lies for the game."""

    def __init__(self) -> None:
        self.blocks: dict[int, bytearray] = {}


class GameData:
    """Copies the memory at every step. Rewards and ends are differences between two copies."""

    def __init__(self) -> None:
        self.memory = Memory()
        self._last = self._now = b""
        self._total = 0.0
        self._script: str | None = None

    def load(self, scenario: str) -> None:
        """Read what is a reward."""
        self._script = json.loads(Path(scenario).read_text()).get("scripts")

    def reset(self) -> None:
        """Begin the totals anew."""
        self._total = 0.0

    def update_ram(self) -> None:
        """Copy the memory."""
        self._last, self._now = self._now, bytes(self.memory.blocks[0])

    def current_reward(self) -> float:
        """By how much the score has grown; with a script, by how much in all since the reset."""
        self._total += self._now[0] - (self._last[0] if self._last else 0)
        return self._total if self._script else float(self._now[0] - (self._last[0] if self._last else 0))

    def is_done(self) -> bool:
        """Whether the clock has come to its end in this step."""
        return self._now[1] >= 60 > (self._last[1] if self._last else 0)

    def lookup_all(self) -> dict[str, int]:
        """The variables."""
        return {"score": self._now[0], "clock": self._now[1]}
