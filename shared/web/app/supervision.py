"""Ending a server process together with the parent that supervises it."""

import multiprocessing
import os
import threading
from multiprocessing.process import BaseProcess


def exit_with_parent() -> None:
    """End this process as soon as the process that started it has ended, for whatever reason.

    An orphan would keep the port from the next server. Nothing is lost, since all state is in the store. Does
    nothing in a process that multiprocessing did not start.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=(parent,), name="parent", daemon=True).start()


def _exit_after(parent: BaseProcess) -> None:
    parent.join()
    # Not sys.exit, which would only end this thread.
    os._exit(1)
