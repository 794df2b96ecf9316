"""A writer that leaves no pause, for tests of those beside it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.session.session import Session
from shared.session.stored.reference import Reference
from shared.snapshot.contract.recipe import Recipe
from tests.shared.session.episodes import STEP, call

ENDLESS = Recipe("MountainCar-v0", max_episode_steps=-1)
"""An environment whose episode action 1 never ends."""


class Writer:
    """A process whose clients step one instance without a pause."""

    def __init__(self, at: Session, reference: Reference) -> None:
        self._at = at
        self._reference = reference
        self._stopped = False
        self._task = asyncio.ensure_future(self._write())
        self.served = 0
        """How many of its calls were acknowledged."""

    async def serve(self, calls: int) -> None:
        """Wait until so many more calls were acknowledged."""
        enough = self.served + calls
        while self.served < enough:
            if self._task.done():
                self._task.result()
            await asyncio.sleep(0.001)

    async def ended(self) -> None:
        """Wait until a call is refused, and raise that."""
        await self._task

    async def stop(self) -> None:
        """End between two calls."""
        self._stopped = True
        await asyncio.wait((self._task,))

    async def _write(self) -> None:
        while not self._stopped:
            await call(self._at, self._reference, STEP)
            self.served += 1
            await asyncio.sleep(0)  # a near store answers without one


@asynccontextmanager
async def writing(at: Session, reference: Reference) -> AsyncIterator[Writer]:
    """A writer that has begun."""
    writer = Writer(at, reference)
    try:
        await writer.serve(3)
        yield writer
    finally:
        await writer.stop()
