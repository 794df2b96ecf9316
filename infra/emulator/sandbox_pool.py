"""The sandboxes of one function, started on demand, each with one event at a time."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from infra.emulator.sandbox import Sandbox, SandboxFailed


class SandboxPool:
    """At most `size` sandboxes; an event waits while all are busy."""

    def __init__(self, start: Callable[[], Sandbox], size: int, rotate: bool = False) -> None:
        """With `rotate`, each event goes to another process, as long as there may be more than one.

        Without, it goes to the process used last, as on Lambda.
        """
        self._start = start
        self._size = size
        self._rotate = rotate
        self._free = asyncio.Semaphore(size)
        self._idle: deque[Sandbox] = deque()
        self._all: set[Sandbox] = set()

    async def invoke(self, event: Any) -> tuple[Any, int]:
        """The function's answer, and the id of the process that answered.

        Raises:
            SandboxFailed: the emulator is missing, or it ended.
        """
        async with self._free:
            sandbox = await self._taken()
            try:
                answer = await asyncio.to_thread(sandbox.invoke, event)
            except SandboxFailed:
                self._all.discard(sandbox)
                await asyncio.to_thread(sandbox.stop)
                raise
            self._idle.append(sandbox)
            return answer, sandbox.pid

    async def stop(self) -> None:
        """End every sandbox."""
        await asyncio.gather(*(asyncio.to_thread(sandbox.stop) for sandbox in self._all))
        self._all.clear()
        self._idle.clear()

    async def _taken(self) -> Sandbox:
        if self._idle and not (self._rotate and len(self._all) < self._size):
            return self._idle.popleft() if self._rotate else self._idle.pop()
        sandbox = await asyncio.to_thread(self._start)
        self._all.add(sandbox)
        return sandbox
