"""How many WebSockets this process keeps open: each holds a connection and its buffers for as long as it likes."""

from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import SocketsFull

_RETRY_AFTER_S = 5


class OpenSockets:
    """Counts the open WebSockets of one process, and refuses one too many."""

    def __init__(self, most: int = 4096) -> None:
        self.most = most
        self.count = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Within the block, one more is open.

        Raises:
            SocketsFull: as many are open as may be.
        """
        if self.count >= self.most:
            raise SocketsFull(
                f"This server has {self.count} WebSockets open (GYM_HTTP_MAX_SOCKETS); call it over HTTP, which "
                "keeps nothing open, or come back later.",
                limit=self.most,
                retry_after=_RETRY_AFTER_S,
            )
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1
