"""A real server process, killed without warning where a test wants it."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.applications import Reply

ROOT = Path(__file__).parents[1]
_LISTENING = re.compile(rb"Uvicorn running on http://127\.0\.0\.1:(\d+)")


@dataclass
class Server:
    """uvicorn on a port that the system chose."""

    process: subprocess.Popen[bytes]
    url: str

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        answer = httpx2.request(method, self.url + path, content=content, headers=headers, timeout=30)
        return Reply(answer.status_code, dict(answer.headers), answer.content)

    def kill(self) -> None:
        """End it as a power switch would: no handler runs."""
        self.process.kill()
        self.process.wait()


@contextmanager
def uvicorn(app: str = "functions.local:app", options: Sequence[str] = (), **environment: str) -> Iterator[Server]:
    """A server of the application, of every endpoint by default, with these variables, until the block ends."""
    command = [sys.executable, "-m", "uvicorn", app, "--port", "0", "--no-access-log", *options]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        output = b""
        for line in process.stdout:
            output += line
            listening = _LISTENING.search(line)
            if listening:
                break
        else:
            raise AssertionError(output.decode())
        yield Server(process, f"http://127.0.0.1:{int(listening[1])}")
    finally:
        process.kill()
        process.communicate()
