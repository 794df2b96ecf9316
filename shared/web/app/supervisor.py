"""A parent process that replaces servers which end.

Knows uvicorn, and is imported by a server's parent alone: uvicorn is not installed in a Lambda function.
"""

import logging
import socket
import time
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

_PAUSE_S = 1.0
"""Between two servers that do not start, so that a store that is away for a while is not asked without pause."""

_CLOSING_S = 2.0
"""Seconds that a server may take to close its environments once its calls have ended."""

_log = logging.getLogger("uvicorn.error")


class _Server(Server):
    """uvicorn's server, which tells its parent once it serves."""

    def __init__(self, config: Config, parent: Connection) -> None:
        super().__init__(config)
        self._parent = parent

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._parent.send(True)


class _Worker(Process):
    """A process of the supervisor's. It says whether it ever served."""

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        # Both ends stay open here: a pipe that nobody else holds would look like one with something to read.
        self._from_server, self._to_parent = Pipe(duplex=False)
        super().__init__(config, sockets)

    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = _Server(self.config, self._to_parent)
        return self._server

    @property
    def has_served(self) -> bool:
        return self._from_server.poll()


class Supervisor(Multiprocess):
    """uvicorn's supervisor, which replaces every server that ends, unless none has ever served.

    uvicorn's own gives up whenever a server ends with the status of one that could not start, which code of an
    environment may end it with as well.
    """

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._served = False

    @property
    def failed(self) -> bool:
        """Whether it ended because no server could start."""
        return not self._served and any(each.exitcode == STARTUP_FAILURE for each in self.processes)

    def init_processes(self) -> None:
        """Start the servers."""
        self.processes = [self._started() for _ in range(self.processes_num)]

    def keep_subprocess_alive(self) -> None:
        """Replace the servers that ended or no longer answer; called twice a second."""
        for index, process in enumerate(self.processes):
            alive = process.is_alive(timeout=self.config.timeout_worker_healthcheck)
            # One that uvicorn started itself, on SIGHUP or SIGTTIN, does not say, and comes after one that served.
            served = not isinstance(process, _Worker) or process.has_served
            self._served = self._served or served
            if alive or self.should_exit.is_set():
                continue
            process.kill()  # one that does not answer
            process.join()
            if self.failed:
                _log.error("Child process [%s] could not start; stopping the parent process.", process.pid)
                self.should_exit.set()
                return
            _log.warning("Child process [%s] ended with %s; replacing it.", process.pid, process.exitcode)
            if not served:
                self.should_exit.wait(_PAUSE_S)
            self.processes[index] = self._started()

    def terminate_all(self) -> None:
        """Listen no longer, and tell the servers to end."""
        # While the parent listens, whoever connects waits for a server that will not come.
        for each in self.sockets:
            each.close()
        super().terminate_all()

    def join_all(self) -> None:
        """Wait for the servers to end, and kill those that do not: native code may hold up a process for ever."""
        until = time.monotonic() + (self.config.timeout_graceful_shutdown or 0) + _CLOSING_S
        for each in self.processes:
            each.process.join(max(0.0, until - time.monotonic()))
            if each.process.is_alive():
                _log.warning("Child process [%s] does not end; killing it.", each.pid)
                each.kill()
            each.join()

    def _started(self) -> _Worker:
        worker = _Worker(self.config, self.sockets)
        worker.start()
        # While the parent holds this end open too, a server that died looks like one that is slow to answer.
        worker.child_conn.close()
        return worker
