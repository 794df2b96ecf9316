"""`python -m functions.serve`: every endpoint under uvicorn, with a parent process that replaces a dead server.

A server dies when an environment's native code crashes or never returns. Instances are in the store, so the next
server continues them. Connections made in between wait for it.

Several servers, the workers, share one port. Each also has a port of its own, by which a proxy sends all calls on
an instance to the worker that holds it live.
"""

import argparse
import asyncio
import logging
import math
import os
import socket
import sys
from contextlib import nullcontext

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE

from functions.bounded_http import BoundedHttp
from functions.bounded_websocket import BoundedWebSocket
from shared import settings
from shared.errors import Misconfigured, StoreFailed
from shared.snapshot.isolation.timeout import GRACE_S
from shared.storage.address import StoreAddress
from shared.storage.check import check
from shared.storage.open import open_store
from shared.web.app.supervisor import Supervisor
from shared.web.observe.shared_counts import shared_counts
from shared.web.service.service import traces_wanted

_BACKLOG = 2048

_MESSAGE_BODIES = 4
"""A message of a WebSocket over so many of the longest bodies ends the connection; a shorter one is refused."""

_FILES = 65_536

_log = logging.getLogger("uvicorn.error")


def serve(host: str, port: int, workers: int = 1) -> int:
    """Serve until a signal ends the server, and return the exit status.

    Several workers share the port, and each listens on one of its own as well: the ports that follow, or any
    where `port` is 0. Told to end, a server takes no more connections, cuts streams, and finishes the calls under
    way.

    Raises:
        Misconfigured: a setting is malformed, several workers cannot share the store or it does not keep what is
            promised, or traces cannot be sent.
        StoreFailed: the store cannot be used.
    """
    chosen = settings.read()
    longest_call_s = math.ceil(chosen.max_call_seconds + 3 * GRACE_S)
    traces_wanted()
    config = Config(
        "functions.local:app",
        host=host,
        port=port,
        workers=workers,
        http=BoundedHttp,
        ws=BoundedWebSocket,
        ws_max_size=_MESSAGE_BODIES * chosen.max_body_bytes,
        ws_per_message_deflate=False,  # a step has a few hundred bytes
        access_log=False,  # the application writes its own
        timeout_keep_alive=chosen.keep_alive_seconds,
        timeout_graceful_shutdown=longest_call_s,
        # A server whose call holds the interpreter's lock cannot end itself; it stops answering its parent.
        timeout_worker_healthcheck=longest_call_s,
    )
    allow_files()
    address = StoreAddress.parse(chosen.store)
    if not open_store(address, chosen.durability).capabilities.shared:
        if workers > 1:
            raise Misconfigured(
                f"GYM_HTTP_STORE is {address.scheme}:, which several workers cannot share; use sqlite:///PATH."
            )
        server = Server(config)  # without a parent: another process would find nothing to continue
        server.run()
        return 0 if server.started else STARTUP_FAILURE
    asyncio.run(check(address, chosen.durability))
    shared = _listening(host, port)
    own = [_listening(host, port and port + number) for number in range(1, workers + 1)] if workers > 1 else []
    for number, each in enumerate(own, start=1):
        _log.info("Worker %d of %d also listens on %s", number, workers, _url(host, each))
    _log.info("Uvicorn running on %s (Press CTRL+C to quit)", _url(host, shared))
    with shared_counts() if workers > 1 else nullcontext() as counts:
        supervisor = Supervisor(config, [shared], own, counts.end if counts else lambda pid: None)
        supervisor.run()
    return STARTUP_FAILURE if supervisor.failed else 0


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens before it is announced. uvicorn announces its own first."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        sys.exit(f"Cannot listen on {host} port {port}: {error.strerror}; choose another with PORT.")
    except OverflowError:
        sys.exit(f"Cannot listen on {host} port {port}: ports end at 65535; choose another with PORT.")
    listening.set_inheritable(True)
    return listening


def _url(host: str, listening: socket.socket) -> str:
    shown = f"[{host}]" if listening.family == socket.AF_INET6 else host
    return f"http://{shown}:{listening.getsockname()[1]}"


def allow_files() -> None:
    """Let this process, and those that it starts, open more files and sockets than systems begin with.

    Many begin with 1,024, which is fewer than the WebSockets that may be open.
    """
    if sys.platform == "linux":
        import resource

        now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
        if now != resource.RLIM_INFINITY and now < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def worker_count(given: str) -> int:
    """How many workers `--workers` asks for; `auto` is one for each core that this process may use.

    Raises:
        ArgumentTypeError: it is neither that nor a number above 0.
    """
    if given == "auto":
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not (given.isdecimal() and int(given)):
        raise argparse.ArgumentTypeError(f"{given!r} is not a number above 0; give one, or auto for the cores")
    return int(given)


def main() -> None:
    """Serve on the host and port."""
    parser = argparse.ArgumentParser(prog="python -m functions.serve", description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument(
        "--workers", type=worker_count, default=1, help="server processes; auto is one for each core"
    )
    given = parser.parse_args()
    try:
        sys.exit(serve(given.host, given.port, given.workers))
    except (Misconfigured, StoreFailed) as error:
        sys.exit(error.detail)


if __name__ == "__main__":
    main()
