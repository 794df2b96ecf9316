"""What clients leave unread: each has some time to read on, and all of a process share some memory.

A server has to keep what it has sent until the client takes it. Without a bound, some dozens of clients that ask
for much and read nothing would take all memory.
"""

import asyncio

UNREAD_S = 30.0
"""Seconds in which a client that is sent more than its connection holds has to read some of it."""

MOST_UNREAD_BYTES = 536_870_912
"""Bytes that may wait for all clients of a process together."""


class Unread:
    """What waits for one client, from when on it does not keep up until it has caught up or is cut off."""

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        self._loop = loop
        self._transport = transport
        self._bytes = 0
        """How many waited when last looked at."""
        self._still_since = 0.0
        """When, by the loop's clock, it was last seen that the client reads."""
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waits(self) -> bool:
        """Whether the client does not keep up."""
        return self._timer is not None

    def begin(self) -> None:
        """The client does not keep up. If too much waits in all, cut off who has held most of it for longest."""
        if self._timer is not None:
            return
        self._bytes = self._transport.get_write_buffer_size()
        self._still_since = self._loop.time()
        self._timer = self._loop.call_later(UNREAD_S, self.check)
        _waiting.add(self)
        _bound()

    def end(self) -> None:
        """The client has caught up, or is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            _waiting.remove(self)

    def check(self) -> None:
        """Cut the client off if it has read nothing for too long."""
        self._look()
        left = self._still_since + UNREAD_S - self._loop.time()
        if self._bytes == 0:  # the transport is about to say so
            self.end()
        elif left > 0:
            self._timer = self._loop.call_later(left, self.check)
        else:
            self._cut()

    def _look(self) -> None:
        waits = self._transport.get_write_buffer_size()
        if waits < self._bytes:
            self._still_since = self._loop.time()
        self._bytes = waits

    def _weight(self) -> tuple[float, int]:
        return self._bytes * (self._loop.time() - self._still_since), self._bytes

    def _cut(self) -> None:
        self.end()
        self._transport.abort()


_waiting: set[Unread] = set()


def _bound() -> None:
    if sum(each._bytes for each in _waiting) <= MOST_UNREAD_BYTES:
        return
    for each in _waiting:
        each._look()
    while len(_waiting) > 1 and sum(each._bytes for each in _waiting) > MOST_UNREAD_BYTES:
        max(_waiting, key=Unread._weight)._cut()
