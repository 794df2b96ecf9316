"""`python -m functions.serve`: every endpoint under uvicorn, with a parent process that replaces a dead server.

A server dies when an environment's native code crashes or never returns. Instances are in the store, so the next
server continues them. Connections made in between wait for it.
"""

import argparse
import asyncio
import logging
import math
import socket
import sys

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from functions.bounded_http import BoundedHttp
from shared import settings
from shared.errors import Misconfigured, StoreFailed
from shared.snapshot.isolation.timeout import GRACE_S
from shared.storage.address import StoreAddress
from shared.storage.check import check
from shared.storage.open import open_store

_BACKLOG = 2048


class _Supervisor(Multiprocess):
    """uvicorn's supervisor, which also notices at once that a server could not start."""

    def init_processes(self) -> None:
        super().init_processes()
        for process in self.processes:
            # While the parent holds this end open too, a server that died looks like one that is slow to answer.
            process.child_conn.close()


def serve(host: str, port: int) -> int:
    """Serve until a signal ends the server, and return the exit status.

    Raises:
        Misconfigured: a setting is malformed, or the store does not keep what is promised.
        StoreFailed: the store cannot be used.
    """
    chosen = settings.read()
    config = Config(
        "functions.local:app",
        host=host,
        port=port,
        http=BoundedHttp,
        access_log=False,  # the application writes its own
        timeout_graceful_shutdown=2,
        # A server whose call holds the interpreter's lock cannot end itself; it stops answering its parent.
        timeout_worker_healthcheck=math.ceil(chosen.max_call_seconds + 3 * GRACE_S),
    )
    address = StoreAddress.parse(chosen.store)
    if not open_store(address, chosen.durability).capabilities.shared:
        server = Server(config)  # without a parent: another process would find nothing to continue
        server.run()
        return 0 if server.started else STARTUP_FAILURE
    asyncio.run(check(address, chosen.durability))
    supervisor = _Supervisor(config, sockets=[_listening(host, port)])
    supervisor.run()
    return STARTUP_FAILURE if any(each.exitcode == STARTUP_FAILURE for each in supervisor.processes) else 0


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens before it is announced. uvicorn announces its own first."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        sys.exit(f"Cannot listen on {host} port {port}: {error.strerror}; choose another with PORT.")
    listening.set_inheritable(True)
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    message = "Uvicorn running on http://%s:%d (Press CTRL+C to quit)"
    logging.getLogger("uvicorn.error").info(message, shown, listening.getsockname()[1])
    return listening


def main() -> None:
    """Serve on the host and port."""
    parser = argparse.ArgumentParser(prog="python -m functions.serve", description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    given = parser.parse_args()
    try:
        sys.exit(serve(given.host, given.port))
    except (Misconfigured, StoreFailed) as error:
        sys.exit(error.detail)


if __name__ == "__main__":
    main()
