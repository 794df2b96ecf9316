"""An interpreter that imports once what many children need, and is forked for each of them.

No environment's code runs in it, so that each child is as new as a process can be. A watcher, which is another
fork, stands beside each child: it says who the child is, how it ended and what it took. The child's number belongs
to it until its parent has closed the socket to the watcher, so whoever kills it by that number kills no other.
"""

import contextlib
import gc
import os
import socket
import struct
import sys
import warnings
from collections.abc import Callable
from pkgutil import resolve_name
from types import ModuleType
from typing import Never

from shared.variables import prepare_process

ASKED = struct.Struct("<i?")
"""What asks for a child: the number of the notes' descriptor, and whether the child leads a process group.

With it come the descriptors of its task, its answer, its errors, its notes and its watcher's socket.
"""
TOLD = struct.Struct("<d")
"""What a watcher tells, in turn: process id, exit status as in `subprocess`, seconds of the processor."""

_DESCRIPTORS = 5


def main() -> None:
    """Fork a child for each message on the socket that is named first, until its other end closes.

    What is named after it is a module to import or, as `module:function`, a function to call, which keeps what it
    returns.
    """
    from shared.snapshot.isolation.child_process import main as child

    prepare_process()
    descriptor, *prepared = sys.argv[1:]
    del sys.argv[1:]
    control = socket.socket(fileno=int(descriptor))
    for name in prepared:
        found = resolve_name(name)
        if not isinstance(found, ModuleType):
            found()
    gc.freeze()  # collections in children pass over what all of them share
    while True:
        asked, given, _, _ = socket.recv_fds(control, ASKED.size, _DESCRIPTORS)
        _reap_watchers()
        if not asked:
            os._exit(0)
        if _forked() == 0:
            control.close()
            _watch(child, given, *ASKED.unpack(asked))
        for each in given:
            os.close(each)


def _watch(child: Callable[[], None], given: list[int], notes: int, leads: bool) -> Never:
    """Fork the child and tell its parent of it."""
    told = socket.socket(fileno=given.pop())
    pid = _forked()
    if pid == 0:
        told.close()
        _become_new(given, notes, leads)
        child()
    for each in given:
        os.close(each)
    _lead(pid, leads)
    try:
        told.send(TOLD.pack(pid))
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        told.send(TOLD.pack(ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status))
        told.recv(1)
        _, _, used = os.wait4(pid, 0)
        told.send(TOLD.pack(used.ru_utime + used.ru_stime))
    except BrokenPipeError:
        os._exit(1)  # its parent has ended
    os._exit(0)


def _reap_watchers() -> None:
    """Wait for those that have ended, so that the system counts what they took."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _become_new(given: list[int], notes: int, leads: bool) -> None:
    """Let this process be as one that has just started: its group, its streams, its generators."""
    import numpy as np

    _lead(0, leads)
    for standard, descriptor in enumerate(given[:3]):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    if given[3] != notes:
        os.dup2(given[3], notes)
        os.close(given[3])
    os.set_inheritable(notes, True)
    np.random.seed()  # those of `random` are seeded anew by a fork itself


def _lead(pid: int, leads: bool) -> None:
    """Let it lead a process group. Both it and its watcher do this, so that neither has to wait for the other."""
    if leads:
        os.setpgid(pid, pid)


def _forked() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: OpenBLAS's survive a fork
        return os.fork()
