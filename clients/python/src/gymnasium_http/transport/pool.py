"""HTTPX clients to one server, each with sockets of its own that one thread at a time uses.

HTTPX's own pool closes idle sockets that another thread has just been given (httpcore counts a connection as idle
until its request is sent), and its sockets survive a fork, where two processes then read each other's replies.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

MOST = 100
"""Calls that one pool makes at the same time; more wait for one of them to end."""


class Pool:
    """Lends clients. A process that was forked from the one that made it must not use it."""

    def __init__(self, make: Callable[[], httpx.Client], most: int = MOST) -> None:
        """Prepare a pool of at most `most` clients from `make`. None is made yet."""
        self.pid = os.getpid()
        self._make = make
        self._idle: deque[httpx.Client] = deque()
        self._free = threading.Semaphore(most)
        self._closed = False

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """Lend the client that was used last, whose socket is the likeliest to be open. Wait while all are lent.

        A client whose call raised is closed: there may be bytes of its reply on the way.
        """
        with self._free:
            try:
                client = self._idle.pop()
            except IndexError:
                client = self._make()
            try:
                yield client
            except BaseException:
                client.close()
                raise
            self._idle.append(client)
            if self._closed:
                self.close()

    def close(self) -> None:
        """Close the clients that are not lent; those that are lent are closed when they come back.

        In a forked process too, where it closes that process's copies of the sockets and no others.
        """
        self._closed = True
        while self._idle:
            try:
                client = self._idle.pop()
            except IndexError:  # another thread took the last
                return
            client.close()
