"""A stranger that sometimes holds the SQLite file's lock, as a shell, a backup or a stalled process does."""

import asyncio
import sqlite3
from pathlib import Path

from tests.chaos.plan import Plan

_HELD_S = (0.005, 0.2)
_LONG_S = (0.8, 1.4)
"""Seconds; around the one second for which a server waits."""
_LONG_HOLDS = 0.1


async def hold_now_and_then(path: Path, plan: Plan) -> None:
    """Lock the file for writers when the plan says so, until cancelled."""
    connection = sqlite3.connect(path, timeout=5, isolation_level=None)
    try:
        while True:
            await asyncio.sleep(plan.random.uniform(0.05, 0.2))
            if plan.draw(("locked",)):
                long = plan.random.random() < _LONG_HOLDS
                connection.execute("BEGIN EXCLUSIVE")
                try:
                    await asyncio.sleep(plan.random.uniform(*(_LONG_S if long else _HELD_S)))
                finally:
                    connection.execute("ROLLBACK")
    finally:
        connection.close()
