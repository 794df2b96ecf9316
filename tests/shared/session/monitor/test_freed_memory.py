"""What was freed goes back to the system, although something younger is still in use."""

import ctypes
import subprocess
import sys

import pytest

PROGRAM = """
from pathlib import Path
from shared.session.monitor.freed_memory import give_back_freed_memory

def resident() -> int:
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) * 1024

blocks = [bytes(100_000) + bytes([1]) for _ in range(1000)]
last = blocks.pop()
before = resident()
blocks.clear()
kept = resident()
give_back_freed_memory()
print(before - kept, kept - resident())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only GNU's C library keeps it")
def test_what_was_freed_goes_back_although_the_last_block_is_in_use() -> None:
    reply = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    by_itself, given_back = map(int, reply.stdout.split())
    assert by_itself < 10_000_000
    assert given_back > 80_000_000
