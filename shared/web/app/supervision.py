"""A server process under a parent that replaces it: it ends when its parent has ended, however that came."""

import multiprocessing
import os
import threading
from multiprocessing.process import BaseProcess


def follow_parent() -> None:
    """End this process, whose state is all in the store, as soon as the process that started it is gone.

    Left alone, it would keep the port from the next server. Does nothing in a process without such a parent.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), name="parent", daemon=True).start()


def _follow(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
