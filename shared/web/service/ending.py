"""The end of a server that was told to end: what has no end of its own has to hear of it."""

import asyncio
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


class Ending:
    """Whether this process was told to end. Calls under way are finished, streams are cut."""

    def __init__(self) -> None:
        self._told = asyncio.Event()

    @property
    def told(self) -> bool:
        """Whether it was."""
        return self._told.is_set()

    def tell(self) -> None:
        """End every stream. Called on the event loop."""
        self._told.set()

    async def cut(self, items: AsyncIterator[T]) -> AsyncGenerator[T]:
        """The items of a stream, until it ends or the process is told to."""
        told, following = asyncio.ensure_future(self._told.wait()), None
        try:
            while not self.told:
                following = asyncio.ensure_future(_next(items))
                await asyncio.wait((following, told), return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    return
                found = following.result()
                if not found:
                    return
                yield found[0]
        finally:
            told.cancel()
            if following is not None and not following.done():  # a stream that makes an item cannot be closed
                following.cancel()
                await asyncio.wait((following,))
            if isinstance(items, AsyncGenerator):
                await items.aclose()


async def _next(items: AsyncIterator[T]) -> tuple[T] | None:
    """The next item; None at the end, since a task cannot raise StopAsyncIteration."""
    async for item in items:
        return (item,)
    return None


@contextmanager
def heard(ending: Ending) -> Iterator[None]:
    """Within the block, a signal that ends the server tells `ending` first and then reaches the server's handler.

    uvicorn tells an application that it ends only once every connection is closed, and a stream never closes its
    own. Nothing is changed where no handler stands, or outside the main thread, which gets no signals.
    """
    before: dict[int, Callable[[int, FrameType | None], object]] = {}
    if threading.current_thread() is threading.main_thread():
        loop = asyncio.get_running_loop()

        def handle(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(ending.tell)
            before[number](number, frame)

        for told in (signal.SIGTERM, signal.SIGINT):
            handler = signal.getsignal(told)
            if callable(handler):
                before[told] = handler
                signal.signal(told, handle)
    try:
        yield
    finally:
        for number, own in before.items():
            signal.signal(number, own)
