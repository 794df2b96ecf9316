"""Scratch copies: environments that are brought to any state of their kind, and that no instance depends on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from shared.session.live.environment import LiveEnvironment
from shared.session.live.placement import Thread
from shared.session.live.restore import closed, rebuilt
from shared.session.stored.snapshots import Loaded
from shared.snapshot.contract.recipe import Recipe

_MOST = 8
_IDLE_S = 60.0


class _Make(NamedTuple):
    """What decides whether a copy can take a state."""

    mechanism: str
    recipe: Recipe


class Scratch:
    """A few copies between explorations, since making an environment takes longer than many of its steps."""

    def __init__(self, thread_for_copy: Callable[[Loaded], Thread]) -> None:
        self._thread_for_copy = thread_for_copy
        self._kept: list[tuple[_Make, LiveEnvironment]] = []
        """Those used last at the end."""
        self._idle: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def copy(self, loaded: Loaded) -> AsyncIterator[LiveEnvironment]:
        """A copy that can take the snapshot's state, for the block alone. After an error it is not used again.

        Raises:
            SnapshotIncompatible: other library versions wrote the snapshot than are installed here.
        """
        thread = self._thread_for_copy(loaded)
        make = _Make(loaded.header.mechanism, loaded.header.recipe)
        live = self._taken(make)
        if live is None:
            live = LiveEnvironment(await thread.run(rebuilt, loaded), thread, loaded)
        try:
            yield live
        except BaseException:
            await closed(live.thread, live.subject)
            raise
        await self._keep(make, live)

    async def close(self) -> None:
        """Close every copy that is kept."""
        if self._idle is not None:
            self._idle.cancel()
        while self._kept:
            _, live = self._kept.pop()
            await closed(live.thread, live.subject)

    def _taken(self, make: _Make) -> LiveEnvironment | None:
        for place, (kept, live) in enumerate(self._kept):
            if kept == make and not live.thread.lost:
                del self._kept[place]
                return live
        return None

    async def _keep(self, make: _Make, live: LiveEnvironment) -> None:
        self._kept.append((make, live))
        if len(self._kept) > _MOST:
            _, oldest = self._kept.pop(0)
            await closed(oldest.thread, oldest.subject)
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(_IDLE_S, self._begin_closing)

    def _begin_closing(self) -> None:
        self._closing = asyncio.ensure_future(self.close())
