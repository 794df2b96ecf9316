"""An environment that keeps its state in an SQLite database; importing this module registers it."""

import sqlite3
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Discrete


class Ledger(gymnasium.Env[Any, Any]):
    """Books what an action is worth, and observes the sum and the number of the entries above the mean."""

    def __init__(self) -> None:
        self.action_space = Discrete(5)
        self.observation_space = Box(-1e9, 1e9, (2,))
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY AUTOINCREMENT, worth REAL)")

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._change("DELETE FROM entry")
        self._book(0.0)
        return self._observed(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        worth = float(action - 2 + self.np_random.normal())
        self._book(worth)
        [number] = self._database.execute("SELECT max(number) FROM entry").fetchone()
        return self._observed(), worth, bool(number % 40 == 0), False, {"number": number}

    def _book(self, worth: float) -> None:
        self._change("INSERT INTO entry (worth) VALUES (?)", worth)

    def _change(self, statement: str, *values: float) -> None:
        with self._database:
            self._database.execute(statement, values)

    def _observed(self) -> Any:
        query = "SELECT sum(worth), (SELECT count(*) FROM entry WHERE worth > avg.mean) FROM entry, avg"
        row = self._database.execute(f"WITH avg AS (SELECT avg(worth) AS mean FROM entry) {query}").fetchone()
        return np.array(row, np.float32)


gymnasium.register("gym_http_example/Ledger-v0", f"{__name__}:Ledger")
