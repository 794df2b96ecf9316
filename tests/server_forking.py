"""An interpreter that imports the application once and is forked for each server (`forked_servers.py`)."""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import struct
import sys
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Never

TOLD = struct.Struct("<q")
"""What is told of a server, in turn: its process id, with a descriptor of the process, and how it ended."""


def main() -> None:
    """Fork a server for each message on the socket that is named first, until its other end closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    before = dict(os.environ)
    programs = _programs()
    by_imports = {name: value for name, value in os.environ.items() if before.get(name) != value}
    gc.freeze()
    running = selectors.PollSelector()  # nothing of it is shared with a fork
    running.register(control, selectors.EVENT_READ)
    while True:
        for key, _ in running.select():
            if key.fileobj is not control:
                _bury(running, key)
                continue
            asked, given, _, _ = socket.recv_fds(control, 1, 2)
            if not asked:
                running.unregister(control)
                _end(running)
            told = socket.socket(fileno=given[1])
            pid = _forked()
            if pid == 0:
                control.close()
                _serve(programs, by_imports, given[0], told)
                return
            os.close(given[0])
            handle = os.pidfd_open(pid)
            socket.send_fds(told, [TOLD.pack(pid)], [handle])
            running.register(handle, selectors.EVENT_READ, (pid, told))


def _programs() -> Mapping[str, Callable[[], Any]]:
    """What servers run, by name. With it comes what each of them imports before it serves."""
    import uvicorn.lifespan.on
    import uvicorn.logging
    import uvicorn.loops.auto
    import uvicorn.protocols.http.auto
    import uvicorn.protocols.websockets.auto

    import functions.local
    import functions.serve

    for later in ("shared.storage.sqlite", "shared.web.app.behind"):
        import_module(later)
    return {"uvicorn": uvicorn.main, "functions.serve": functions.serve.main}


def _forked() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: OpenBLAS's survive a fork
        return os.fork()


def _serve(
    programs: Mapping[str, Callable[[], Any]], by_imports: Mapping[str, str], written: int, told: socket.socket
) -> None:
    """Become the server that is told."""
    import numpy as np

    with told, told.makefile("rb") as task:
        name, *arguments, environment = json.load(task)
    for stream in (1, 2):
        os.dup2(written, stream)
    os.close(written)
    os.environ.clear()
    os.environ.update({**by_imports, **environment})
    np.random.seed()  # those of `random` are seeded anew by a fork itself
    sys.argv = [name, *arguments]
    programs[name]()


def _end(running: selectors.BaseSelector) -> Never:
    """End with the servers that still run."""
    for each in [*running.get_map().values()]:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(each.fd, signal.SIGKILL)
        _bury(running, each)
    os._exit(0)


def _bury(running: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    """Tell how a server ended."""
    pid, told = key.data
    _, status = os.waitpid(pid, 0)
    running.unregister(key.fileobj)
    os.close(key.fd)
    with told, contextlib.suppress(BrokenPipeError):  # nobody asks any more
        told.sendall(TOLD.pack(os.waitstatus_to_exitcode(status)))
