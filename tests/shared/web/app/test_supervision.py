"""A server process does not outlive its parent."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from shared.web.app.supervision import exit_with_parent

PARENT = """
import multiprocessing, time
from shared.web.app.supervision import exit_with_parent

def child():
    exit_with_parent()
    print("ready", flush=True)
    time.sleep(600)

if __name__ == "__main__":
    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    print(process.pid, flush=True)
    process.join()
"""


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_child_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        lines = {parent.stdout.readline().strip(), parent.stdout.readline().strip()}
        [pid] = (int(line) for line in lines - {"ready"})
        assert alive(pid)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        for _ in range(500):
            if not alive(pid):
                return
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
    pytest.fail("the child outlived its parent")


def test_a_process_without_a_parent_watches_nobody() -> None:
    before = threading.active_count()
    exit_with_parent()
    assert threading.active_count() == before
