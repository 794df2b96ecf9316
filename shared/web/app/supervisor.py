"""A parent process that replaces servers which end.

Knows uvicorn, and is imported by a server's parent alone: uvicorn is not installed in a Lambda function.
"""

import logging
import socket
import time
from collections.abc import Callable, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

_PAUSE_S = 1.0
"""Between the starts of two servers that do not serve, so that a store that is away is not asked without pause."""

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
        self._asked: float | None = None
        """When it was asked whether it answers; None once it has."""
        super().__init__(config, sockets)
        self.began = time.monotonic()
        self.leaves_by = 0.0
        """When it is killed, once it was told to end."""

    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = _Server(self.config, self._to_parent)
        return self._server

    @property
    def pid(self) -> int:
        assert self.process.pid is not None  # it was started
        return self.process.pid

    @property
    def has_served(self) -> bool:
        return self._from_server.poll()

    def answers(self, within_s: float) -> bool:
        """Whether it lives, and has answered within so many seconds. Waits for nothing: others may have ended."""
        if not self.process.is_alive():
            return False
        try:
            while self.parent_conn.poll():
                self.parent_conn.recv()
                self._asked = None
            if self._asked is None:
                self.parent_conn.send(b"ping")
                self._asked = time.monotonic()
        except (OSError, EOFError):  # it has just ended
            return False
        return time.monotonic() - self._asked <= within_s


class Supervisor(Multiprocess):
    """uvicorn's supervisor, which replaces every server that ends, unless none has ever served.

    uvicorn's own gives up whenever a server ends with the status of one that could not start, which code of an
    environment may end it with as well. It waits for one server at a time, too, and meanwhile hears no signal.
    """

    processes: list[_Worker]  # type: ignore[assignment]  # uvicorn's list is of its own class

    def __init__(
        self,
        config: Config,
        sockets: list[socket.socket],
        own: Sequence[socket.socket] = (),
        ended: Callable[[int], None] = lambda pid: None,
    ) -> None:
        """Supervise `config.workers` servers.

        Args:
            config: uvicorn's.
            sockets: Those on which every server listens.
            own: One socket more for each server, which its successors listen on too.
            ended: Called with the process id of each server that has ended and is waited for no longer.
        """
        super().__init__(config, sockets)
        self._own = own
        self._ended = ended
        self._served = False
        self._to_renew: list[int] = []
        self._coming: _Worker | None = None
        self._leaving: list[_Worker] = []

    @property
    def failed(self) -> bool:
        """Whether it ended because no server could start."""
        return not self._served and any(each.exitcode == STARTUP_FAILURE for each in self.processes)

    def init_processes(self) -> None:
        """Start the servers."""
        self.processes = [self._started(place) for place in range(self.processes_num)]

    def keep_subprocess_alive(self) -> None:
        """Replace the servers that ended or no longer answer, each alone; called twice a second."""
        self._served = self._served or any(each.has_served for each in self.processes)
        for place, worker in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            if not worker.answers(self.config.timeout_worker_healthcheck):
                self._replace(place, worker)
        self._renew()
        self._bury()

    def restart_all(self) -> None:
        """Renew the servers one after another, each once its successor serves. SIGHUP asks for it."""
        self._to_renew = [*range(len(self.processes))]

    def handle_ttin(self) -> None:
        """Refuse: a proxy was told of the servers' own sockets, of which there is one for each."""
        _log.warning("The number of servers stays at %d; start with another --workers.", len(self.processes))

    handle_ttou = handle_ttin

    def terminate_all(self) -> None:
        """Listen no longer, and tell the servers to end."""
        # While the parent listens, whoever connects waits for a server that will not come.
        for each in [*self.sockets, *self._own]:
            each.close()
        if self._coming is not None:
            self.processes.append(self._coming)
        super().terminate_all()

    def join_all(self) -> None:
        """Wait for the servers to end, and kill those that do not: native code may hold up a process for ever."""
        until = self._leaving_time()
        for each in [*self.processes, *self._leaving]:
            each.process.join(max(0.0, until - time.monotonic()))
            if each.process.is_alive():
                _log.warning("Child process [%s] does not end; killing it.", each.pid)
                each.kill()
            each.join()

    def _replace(self, place: int, worker: _Worker) -> None:
        worker.kill()  # one that does not answer
        worker.process.join()
        if self.failed:
            _log.error("Child process [%s] could not start; stopping the parent process.", worker.pid)
            self.should_exit.set()
        elif worker.has_served or time.monotonic() - worker.began > _PAUSE_S:
            _log.warning("Child process [%s] ended with %s; replacing it.", worker.pid, worker.exitcode)
            self._ended(worker.pid)
            self.processes[place] = self._started(place)

    def _renew(self) -> None:
        """Go on with renewing the servers."""
        if not self._to_renew:
            return
        place, coming, patience_s = self._to_renew[0], self._coming, self.config.timeout_worker_healthcheck
        if coming is None:
            self._coming = self._started(place)
        elif coming.has_served:
            leaving, self.processes[place] = self.processes[place], coming
            leaving.terminate()
            leaving.leaves_by = self._leaving_time()
            self._leaving.append(leaving)
            self._coming = None
            self._to_renew.pop(0)
        elif not coming.answers(patience_s) or time.monotonic() - coming.began > patience_s:
            _log.error("Child process [%s] does not come to serve; the others stay as they are.", coming.pid)
            coming.kill()
            coming.process.join()
            self._ended(coming.pid)
            self._coming = None
            self._to_renew = []

    def _bury(self) -> None:
        """Wait for renewed servers that have ended by now, and kill those that take too long."""
        for each in [*self._leaving]:
            if each.process.is_alive() and time.monotonic() > each.leaves_by:
                _log.warning("Child process [%s] does not end; killing it.", each.pid)
                each.kill()
                each.process.join()
            if not each.process.is_alive():
                self._leaving.remove(each)
                self._ended(each.pid)

    def _leaving_time(self) -> float:
        """When a server that is told to end now has to have ended."""
        return time.monotonic() + (self.config.timeout_graceful_shutdown or 0) + _CLOSING_S

    def _started(self, place: int) -> _Worker:
        worker = _Worker(self.config, [*self.sockets, *self._own[place : place + 1]])
        worker.start()
        # While the parent holds this end open too, a server that died looks like one that is slow to answer.
        worker.child_conn.close()
        return worker
