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

from functions.bounded_http import BoundedHttp
from shared import settings
from shared.errors import Misconfigured, StoreFailed
from shared.snapshot.isolation.timeout import GRACE_S
from shared.storage.address import StoreAddress
from shared.storage.check import check
from shared.storage.open import open_store
from shared.web.app.supervisor import Supervisor
from shared.web.service.service import traces_wanted

_BACKLOG = 2048

_log = logging.getLogger("uvicorn.error")


def serve(host: str, port: int) -> int:
    """Serve until a signal ends the server, and return the exit status.

    Told to end, a server takes no more connections, cuts streams, and finishes the calls under way.

    Raises:
        Misconfigured: a setting is malformed, the store does not keep what is promised, or traces cannot be sent.
        StoreFailed: the store cannot be used.
    """
    chosen = settings.read()
    longest_call_s = math.ceil(chosen.max_call_seconds + 3 * GRACE_S)
    traces_wanted()
    config = Config(
        "functions.local:app",
        host=host,
        port=port,
        http=BoundedHttp,
        access_log=False,  # the application writes its own
        timeout_keep_alive=chosen.keep_alive_seconds,
        timeout_graceful_shutdown=longest_call_s,
        # A server whose call holds the interpreter's lock cannot end itself; it stops answering its parent.
        timeout_worker_healthcheck=longest_call_s,
    )
    address = StoreAddress.parse(chosen.store)
    if not open_store(address, chosen.durability).capabilities.shared:
        server = Server(config)  # without a parent: another process would find nothing to continue
        server.run()
        return 0 if server.started else STARTUP_FAILURE
    asyncio.run(check(address, chosen.durability))
    supervisor = Supervisor(config, sockets=[_listening(host, port)])
    supervisor.run()
    return STARTUP_FAILURE if supervisor.failed else 0


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
    _log.info(message, shown, listening.getsockname()[1])
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
